/* SPDX-License-Identifier: MIT */
/*
 * The machine that is planned, written as tables, or run: what was declared, and where its memory
 * is in the guest-physical address space. main makes it once, in this order, and owns it; from then
 * on every function takes it as const and whole.
 */
#ifndef MEM_MACHINE_H
#define MEM_MACHINE_H

#include <stdbool.h>

#include "mem/layout.h"
#include "mem/memory_map.h"

#define MACHINE_MAX_DEVICES 4 /* as many serial ports as Linux takes unless it is told otherwise */
#define MACHINE_CONSOLE 0 /* the device that every machine has */
#define MACHINE_CHANNEL 1 /* to init, where a command runs in the guest */

struct arch_host; /* of the architecture's host.h */

struct machine {
	const struct arch_host *host; /* the facts about this host that shape its guests */
	struct topology topology;
	struct layout layout;
	struct memory_map map; /* the firmware's; empty where there is no firmware */
	unsigned int devices; /* beside the console; bit i: row i of the architecture's table */
};

/* The machine has device @device, below MACHINE_MAX_DEVICES. */
bool machine_has(const struct machine *m, unsigned int device);

/* Gives back all that @m owns and leaves @m zeroed. */
void machine_free(struct machine *m);

#endif
