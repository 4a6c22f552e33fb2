/* SPDX-License-Identifier: MIT */
/*
 * What the main thread does while the vCPUs run: hands stdin to the guest, and watches for the end,
 * for signals and for the time limit. run.c makes one before the vCPUs start, so that no signal is
 * lost.
 */
#ifndef VMM_RUN_WAIT_H
#define VMM_RUN_WAIT_H

#include "vmm/run/vm.h"

#define WAIT_INPUT 4096

struct wait {
	struct vm *vm;
	int signals; /* signalfd */
	bool input_open;
	bool input_is_terminal;
	uint8_t input[WAIT_INPUT]; /* read, and not yet taken by the guest */
	size_t input_size;
	uint64_t timeout_ns; /* the user's, for the message; 0: none */
	uint64_t deadline_ns; /* the limit's or, if that is sooner, a panic's; 0: none */
	bool panicked; /* the deadline knows of it */
};

/* Blocks the signals that it takes over. The time limit counts from here. Returns 0, or -1. */
int wait_init(struct wait *wait, struct vm *vm, uint64_t timeout_ns, struct error *err);

/* Returns when the machine has ended; vm->ending has the verdict. */
void wait_for_end(struct wait *wait);

#endif
