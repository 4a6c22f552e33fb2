/* SPDX-License-Identifier: MIT */
/*
 * A command that is to run in the guest, as the user asked for it. errand.c makes it of the
 * settings and owns it; initramfs.c packs what it needs, job.c what init is told of it.
 */
#ifndef VMM_GUEST_COMMAND_H
#define VMM_GUEST_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Lists end with NULL. */
struct command {
	char *const *argv; /* of a shell too: argv[0] is looked for in PATH, here and there alike */
	const char *root; /* a host folder that is to be the guest's whole root, or NULL */
	char *const *files; /* HOST[:GUEST] */
	char *const *dirs; /* HOST[:GUEST] */
	char *const *env; /* NAME=VALUE */
	char *const *outs; /* paths in the guest */
	const char *chdir; /* NULL: / */
	const char *user; /* NAME|UID[:GID], looked up in the guest; NULL: root */
	const char *hostname;
	bool terminal; /* it gets one of its own */
	uint16_t rows, columns; /* of that */
	bool poweroff; /* init powers off at the end */
	uint32_t key; /* of this run's frames, at random */
	uint64_t port; /* the fast way: an I/O port (x86-64) or address, 0: none */
};

#endif
