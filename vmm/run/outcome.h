/* SPDX-License-Identifier: MIT */
/*
 * What became of a run: the one verdict that the exit status, the last line on stderr and the JSON
 * result are made of. Whoever ends the machine fills it in.
 */
#ifndef VMM_RUN_OUTCOME_H
#define VMM_RUN_OUTCOME_H

#include <jansson.h>

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
	double setup; /* seconds from the start to the first vCPU's run */
	double populate; /* of these, taking memory */
	double total;
	json_t *nodes; /* report_json(); NULL when there was no RAM yet */
};

/* A verdict of @kind with its own exit status and a message. */
void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The verdict on an error that kept the run from starting: error or contention, 125. */
void outcome_from_error(struct outcome *outcome, const struct error *err);

const char *outcome_name(enum outcome_kind kind);

/*
 * Opens @path for the verdict and empties it, before anything runs: what stands in it later is of
 * this run. Returns a descriptor, or -1 with the reason.
 */
int outcome_open(const char *path, struct error *err);

/* The verdict as one JSON object and a newline (numavm(1), RESULT). The caller frees it. */
char *outcome_text(const struct outcome *outcome);

/* Writes outcome_text() to @fd, which it closes. Returns 0, or -1. */
int outcome_write(const struct outcome *outcome, int fd, const char *path, struct error *err);

#endif
