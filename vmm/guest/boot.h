/* SPDX-License-Identifier: MIT */
/*
 * What a machine is to start: verbs.c opens it, once, and run.c closes it when it has been loaded;
 * arch/load.h says where it goes.
 */
#ifndef VMM_GUEST_BOOT_H
#define VMM_GUEST_BOOT_H

#include "vmm/guest/file.h"

enum boot_mode {
	BOOT_DEFAULT, /* unpacked where that can be done, else packed */
	BOOT_PACKED, /* the kernel unpacks itself in the guest */
	BOOT_UNPACKED, /* unpacked on the host, and kept */
};

#define BOOT_MAX_INITRDS 3 /* the user's, a command's archive, its job */

struct boot {
	struct file kernel;
	struct file initrds[BOOT_MAX_INITRDS]; /* one after another, to the guest they are one */
	unsigned int nr_initrds;
	uint64_t unpacked; /* bytes of RAM that a command's files take; 0: there is no command */
	const char *cmdline; /* all of it */
	enum boot_mode mode;
};

/*
 * Opens @boot's files; @initrd may be NULL. Returns 0, or -1 naming the file and the cure. The
 * paths must outlive @boot.
 */
int boot_open(struct boot *boot, const char *kernel, const char *initrd, struct error *err);

/* Takes @file over, as one more initrd after those that are there. */
void boot_add(struct boot *boot, const struct file *file);

/*
 * The size of them all: each begins at a multiple of 4 bytes from the first, with zeroes before it,
 * which Linux passes over (init/initramfs.c, unpack_to_rootfs()). 0: there is none.
 */
uint64_t boot_initrd_size(const struct boot *boot);

/* How far from the first one initrd @i is. */
uint64_t boot_initrd_offset(const struct boot *boot, unsigned int i);

void boot_close(struct boot *boot);

#endif
