/* SPDX-License-Identifier: MIT */
/* What a machine is to start: main fills it in, and the architecture's loader reads it. */
#ifndef VMM_GUEST_BOOT_H
#define VMM_GUEST_BOOT_H

enum boot_mode {
	BOOT_DEFAULT, /* unpacked where that can be done, else packed */
	BOOT_PACKED, /* the kernel unpacks itself in the guest */
	BOOT_UNPACKED, /* unpacked on the host, and kept */
};

/* Paths and the whole command line. */
struct boot {
	const char *kernel;
	const char *initrd; /* or NULL */
	const char *cmdline;
	enum boot_mode mode;
};

#endif
