/* SPDX-License-Identifier: MIT */
/*
 * What a machine is to start: main opens its files, once, and closes them when they have been
 * loaded; arch/load.h says where they go. A file is mapped for reading, and what is mapped may
 * change or shrink under its reader: it is for headers, and what goes into RAM is read.
 */
#ifndef VMM_GUEST_BOOT_H
#define VMM_GUEST_BOOT_H

#include <stdint.h>

#include "mem/error.h"

enum boot_mode {
	BOOT_DEFAULT, /* unpacked where that can be done, else packed */
	BOOT_PACKED, /* the kernel unpacks itself in the guest */
	BOOT_UNPACKED, /* unpacked on the host, and kept */
};

struct boot_file {
	int fd; /* -1: closed */
	const char *name; /* for messages; the opener's, which must outlive this */
	uint64_t size;
	const uint8_t *data;
};

struct boot {
	struct boot_file kernel;
	struct boot_file initrd; /* of size 0: none */
	const char *cmdline; /* all of it */
	enum boot_mode mode;
};

/*
 * Opens @boot's files, regular ones that are not empty; @initrd may be NULL. Returns 0, or -1
 * naming the file and the cure. The paths must outlive @boot.
 */
int boot_open(struct boot *boot, const char *kernel, const char *initrd, struct error *err);

void boot_close(struct boot *boot);

/* Makes one file of @fd, which it takes over. Returns 0, or -1 naming @name. */
int boot_file_open(struct boot_file *file, int fd, const char *name, struct error *err);

/* Reads @size bytes from @offset to @to: pread(2) until they are all there. Returns 0, or -1. */
int boot_file_read(const struct boot_file *file, uint64_t offset, void *to, uint64_t size,
		   struct error *err);

void boot_file_close(struct boot_file *file);

#endif
