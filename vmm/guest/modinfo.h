/* SPDX-License-Identifier: MIT */
/*
 * What a kernel module says of itself: the section .modinfo of its ELF file, "key=value" with a 0
 * after each (Linux, include/linux/module.h), through libelf, which reads no more than it needs and
 * checks what the file says of its sizes. For modules.c and module_index.c.
 */
#ifndef VMM_GUEST_MODINFO_H
#define VMM_GUEST_MODINFO_H

#include "vmm/guest/file.h"

struct modinfo {
	char *text;
	uint64_t size; /* a 0 is after it */
};

/*
 * Opens the module at @path: the file, or what it unpacks to when it is compressed. Returns 0, or
 * -1 naming @path, which must outlive @file.
 */
int modinfo_open(struct file *file, const char *path, struct error *err);

/* Reads the one of @file. Returns 0, or -1 naming it. modinfo_free() in both cases. */
int modinfo_read(struct modinfo *info, const struct file *file, struct error *err);

void modinfo_free(struct modinfo *info);

/* The value of the first @key after that which was returned as @last, or NULL; NULL: of all. */
const char *modinfo_next(const struct modinfo *info, const char *key, const char *last);

#endif
