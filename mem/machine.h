/* SPDX-License-Identifier: MIT */
/*
 * The machine that is planned, written as tables, or run: what was declared, and where its memory
 * is in the guest-physical address space. main makes it once, in this order, and owns it; from then
 * on every function takes it as const and whole.
 */
#ifndef MEM_MACHINE_H
#define MEM_MACHINE_H

#include "mem/layout.h"

struct arch_host; /* of the architecture's host.h */

struct machine {
	const struct arch_host *host; /* the facts about this host that shape its guests */
	struct topology topology;
	struct layout layout;
};

/* Gives back the topology and the layout and leaves @m zeroed. */
void machine_free(struct machine *m);

#endif
