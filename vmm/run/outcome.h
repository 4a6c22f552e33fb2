/* SPDX-License-Identifier: MIT */
/*
 * What became of a run, as its exit status and its last line on stderr say it. Made by whoever ends
 * the machine and kept by ending.c; main makes one of an error that kept the run from starting.
 */
#ifndef VMM_RUN_OUTCOME_H
#define VMM_RUN_OUTCOME_H

#include "mem/error.h"

enum outcome_kind {
	OUTCOME_POWEROFF,
	OUTCOME_REBOOT,
	OUTCOME_PANIC,
	OUTCOME_CRASH,
	OUTCOME_TIMEOUT,
	OUTCOME_CONTENTION,
	OUTCOME_ERROR,
};

#define OUTCOME_STATUS_PANIC 122
#define OUTCOME_STATUS_CRASH 123
#define OUTCOME_STATUS_TIMEOUT 124
#define OUTCOME_STATUS_NONE 125

struct outcome {
	enum outcome_kind kind;
	int status; /* exit status; 128+n when signal n ended the run */
	char message[512]; /* one line, or empty */
};

/* An outcome of @kind with its own exit status and a message. */
void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Of an error that kept the run from starting: error or contention, 125. */
void outcome_from_error(struct outcome *outcome, const struct error *err);

/* Of signal @number, which ends the run: error, 128+@number. */
void outcome_from_signal(struct outcome *outcome, int number);

/* As the result has it: "poweroff", "panic". */
const char *outcome_name(enum outcome_kind kind);

#endif
