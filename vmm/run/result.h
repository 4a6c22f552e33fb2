/* SPDX-License-Identifier: MIT */
/*
 * The JSON object of --result: how the run ended, how long it took and where its memory was. run.c
 * fills one in, verbs.c owns it and writes it.
 */
#ifndef VMM_RUN_RESULT_H
#define VMM_RUN_RESULT_H

#include <jansson.h>
#include <stdint.h>

#include "vmm/run/ending.h"

struct result {
	bool wanted; /* --result is there; else nodes stays NULL */
	struct outcome outcome;
	double setup; /* seconds from the start to the first vCPU's run */
	double populate; /* of these, taking memory */
	double total;
	uint64_t console_dropped; /* bytes beyond --console-limit */
	json_t *nodes; /* report_json(); NULL also when there was no RAM yet */
};

/*
 * Opens @path for the result and empties it, before anything runs: what is in it later is of this
 * run. Returns a descriptor, or -1 with the reason.
 */
int result_open(const char *path, struct error *err);

/* The result as one JSON object and a newline (numavm(1), RESULT). The caller frees it. */
char *result_text(const struct result *result);

/* Writes result_text() to @fd, which it closes. Returns 0, or -1. */
int result_write(const struct result *result, int fd, const char *path, struct error *err);

#endif
