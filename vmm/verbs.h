/* SPDX-License-Identifier: MIT */
/*
 * What numavm can do: one row and one function per verb. main reads the command line with them,
 * makes the machine and calls the function.
 */
#ifndef VMM_VERBS_H
#define VMM_VERBS_H

#include <time.h>

#include "mem/machine.h"
#include "vmm/cli/options.h"

/* What was asked for, and the machine that it makes; main owns it. */
struct request {
	struct timespec start; /* of the program */
	struct settings settings;
	struct machine machine;
	int result; /* run's: result_open()'s descriptor; -1: none */
	struct error no_result; /* why there is none where there should be one */
};

/*
 * begin() is called once the command line is read, whether or not it is right, and act() in any
 * case. @ret is 0, or -1 when what was asked for is wrong as @err says. act() returns 0, or -1 with
 * @err; run's does not return.
 */
extern const struct verb verbs[]; /* ends with a row without a name */

/* stdout may be a full disk or a closed pipe. Returns 0, or -1. */
int verbs_flush(struct error *err);

/*
 * Prints a message to stderr, after "numavm: " and @kind. What a file or a guest has put into it
 * does nothing to a terminal.
 */
void verbs_complain(const char *kind, const char *text);

#endif
