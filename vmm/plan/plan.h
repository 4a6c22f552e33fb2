/* SPDX-License-Identifier: MIT */
/* The plan verb: what run would make, printed. Starts nothing. verbs.c calls it once. */
#ifndef VMM_PLAN_PLAN_H
#define VMM_PLAN_PLAN_H

#include <stdio.h>

#include "mem/fit.h"

struct plan {
	const struct machine *machine;
	struct fit fit;
	bool fits; /* this host can give all of it now */
	char **warnings;
	unsigned int nr_warnings;
};

/* Asks the host and its KVM what fits and makes the warnings; @m outlives @plan. */
void plan_make(struct plan *plan, const struct machine *m);

void plan_print(const struct plan *plan, FILE *file);
void plan_print_json(const struct plan *plan, FILE *file);

void plan_free(struct plan *plan);

#endif
