/* SPDX-License-Identifier: MIT */
/*
 * What run is to do in its guest: the command and its archive, and the process that its files come
 * back to. verbs.c has one around a run; without a command it does nothing.
 */
#ifndef VMM_ERRAND_H
#define VMM_ERRAND_H

#include "vmm/cli/guest_command.h"
#include "vmm/guest/receive.h"
#include "vmm/run/run.h"

/* Zero-initialized: none. */
struct errand {
	struct guest_command made;
	struct receive receive;
};

/*
 * Makes @run's command of @s, and starts the process for --out: before anything of the run is
 * there. Returns 0, or -1 with the cure.
 */
int errand_begin(struct errand *errand, struct run *run, const struct settings *s,
		 const char *kernel, struct error *err);

/* Adds the command's archive and job to @run's boot, which is open. Returns 0, or -1. */
int errand_pack(const struct run *run, const struct settings *s, struct error *err);

/* Waits for what is on its way back. @result is NULL of a run that did not start. */
void errand_end(struct errand *errand, struct result *result);

#endif
