/* SPDX-License-Identifier: MIT */
/*
 * What a run's time limits ask for, and when: a guest with a command is to say where it is, and
 * its init, if it has spoken, to finish; one without is ended at once. Pure: times in, steps out.
 * wait.c owns one.
 */
#ifndef VMM_RUN_LIMITS_H
#define VMM_RUN_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define LIMITS_FINISH_S 5 /* for init to kill the command and send its files */
#define LIMITS_TRACE_S 1 /* for the kernel to log where it is */
#define LIMITS_PANIC_S 5 /* for a kernel that hangs in the middle of its panic */

enum limits_step {
	LIMITS_WAIT,
	LIMITS_FINISH, /* a limit has passed: NMI, and ask init to finish */
	LIMITS_INTERRUPT, /* a limit has passed, and init has not spoken: NMI */
	LIMITS_END, /* end the run */
	LIMITS_PANIC, /* end it: what it has said of its panic is all that it will */
};

/* Times are seconds since the run's start; INFINITY: never. */
struct limits {
	double timeout, boot, panic;
	bool command;
	bool by_boot; /* it is the limit on the time until init speaks that has passed */
	bool gave_up; /* init did not finish */
	enum { LIMITS_RUNNING, LIMITS_FINISHING, LIMITS_INTERRUPTED } state;
	double until; /* of a state after the first */
};

void limits_init(struct limits *limits, uint64_t timeout_ns, uint64_t boot_timeout_ns,
		 bool command);

/* The kernel has panicked, at @now. */
void limits_note_panic(struct limits *limits, double now);

/* When limits_step() is to be called next. @spoken: init has. */
double limits_due(const struct limits *limits, bool spoken);

/* What is to be done at @now. */
enum limits_step limits_step(struct limits *limits, double now, bool spoken);

#endif
