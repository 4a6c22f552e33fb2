/* SPDX-License-Identifier: MIT */
/*
 * What is told on stderr of a guest that ended otherwise than it should: the trace of its kernel's
 * panic or oops, where its CPUs were, and its last words. run.c asks once the vCPUs have stopped.
 */
#ifndef VMM_RUN_POST_MORTEM_H
#define VMM_RUN_POST_MORTEM_H

#include "vmm/run/result.h"
#include "vmm/run/vm.h"

/* Lines, each after "numavm: ", of @result's outcome and log; the caller's. */
char *post_mortem_text(struct vm *vm, const struct result *result);

#endif
