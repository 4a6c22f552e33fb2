/* SPDX-License-Identifier: MIT */
/*
 * VMCOREINFO: what a Linux kernel says of itself in its own memory, for whoever reads that (the
 * kernel's Documentation/admin-guide/kdump/vmcoreinfo.rst): lines "KEY=VALUE", in a note and in the
 * page that the note is made from, from the kernel's subsys_initcall()s on. klog.c and the
 * architectures' page tables ask. A guest has written it: a claim.
 */
#ifndef VMM_GUEST_VMCOREINFO_H
#define VMM_GUEST_VMCOREINFO_H

#include "mem/ram.h"

#define VMCOREINFO_MAX 16384 /* bytes of text: the kernel's page; of that of 64 KiB the beginning */

struct vmcoreinfo {
	char text[VMCOREINFO_MAX + 1];
};

/*
 * Reads the note or the text at @gpa. Returns false when there is neither: "VMCOREINFO" is the name
 * of the one, "OSRELEASE=" begins the other.
 */
bool vmcoreinfo_read(struct vmcoreinfo *info, const struct ram *ram, uint64_t gpa);

/*
 * Calls @found with each that is at the beginning of a page of @ram, until it returns true; for a
 * second at most. @info is where they are read to.
 */
void vmcoreinfo_find(struct vmcoreinfo *info, const struct ram *ram, bool (*found)(void *opaque),
		     void *opaque);

/* The value of @key, which ends at the line's end, or NULL. */
const char *vmcoreinfo_value(const struct vmcoreinfo *info, const char *key);

/* The number that @key has in @base, as strtoull(3) has it. Returns false when there is none. */
bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *key, int base, uint64_t *value);

/* Copies the value of @key, cut and cleaned of what is not printable ASCII; "" where none is. */
void vmcoreinfo_string(const struct vmcoreinfo *info, const char *key, char *to, size_t size);

#endif
