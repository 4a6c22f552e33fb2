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

struct boot {
	struct file kernel;
	struct file initrd; /* of size 0: none */
	const char *cmdline; /* all of it */
	enum boot_mode mode;
};

/*
 * Opens @boot's files; @initrd may be NULL. Returns 0, or -1 naming the file and the cure. The
 * paths must outlive @boot.
 */
int boot_open(struct boot *boot, const char *kernel, const char *initrd, struct error *err);

void boot_close(struct boot *boot);

#endif
