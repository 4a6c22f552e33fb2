/* SPDX-License-Identifier: MIT */
/*
 * What the main thread does while the vCPUs run: hands stdin to the guest, and watches for the end,
 * for signals and for the time limit. Called by run.c once they have started.
 */
#ifndef VMM_RUN_WAIT_H
#define VMM_RUN_WAIT_H

#include "vmm/run/run.h"

/*
 * Returns when the machine has ended; vm->ending has the verdict. @signals is signals_open()'s
 * descriptor.
 */
void wait_for_end(struct vm *vm, const struct run *run, int signals);

#endif
