/* SPDX-License-Identifier: MIT */
/*
 * Files that a run writes and others of its own, which it must not write over. For verbs.c and
 * errand.c.
 */
#ifndef VMM_CLI_COLLISIONS_H
#define VMM_CLI_COLLISIONS_H

#include "vmm/cli/settings.h"

/*
 * Whether --console's file, which is emptied when it is opened, is another of the run's files.
 * Returns 0, or -1 with the cure.
 */
int collisions_of_console(const struct settings *s, const char *kernel, struct error *err);

/* The same of @host, one of --out's. */
int collisions_of_out(const struct settings *s, const char *kernel, const char *host,
		      struct error *err);

#endif
