/* SPDX-License-Identifier: MIT */
/*
 * The JSON object of --result: how the run ended, how long it took and where its memory was. run.c
 * fills one in, verbs.c owns it and writes it; what a signal leaves is written by signals.c.
 *
 * A file has an object from the beginning, which says that there is no verdict, with blanks after
 * it: whatever ends us, SIGKILL or a full disk, leaves that one, and the verdict takes its place
 * with one pwrite(2) into blocks that are there. Not with rename(2): a process that has confined
 * itself may make no names, and a file that was given to us (mounted, linked, somebody else's) is
 * to stay that file. What cannot be written twice, a pipe or a terminal, gets the verdict alone.
 */
#ifndef VMM_RUN_RESULT_H
#define VMM_RUN_RESULT_H

#include <jansson.h>
#include <stdint.h>

#include "mem/topology.h"
#include "vmm/guest/klog.h"
#include "vmm/run/ending.h"

struct result {
	bool wanted; /* --result is there; else nodes stays NULL */
	struct outcome outcome;
	double setup; /* seconds from the start to the first vCPU's run */
	double populate; /* of these, taking memory */
	double init; /* until it spoke; 0: it did not, as the next two */
	double command_start, command_end;
	double total;
	uint64_t console_dropped; /* bytes beyond --console-limit */
	json_t *nodes; /* report_json(); NULL also when there was no RAM yet */

	const struct topology *topology; /* NULL: there was none yet */
	json_t *command; /* result_json_command(), or NULL: none */
	char release[64]; /* of the kernel, or empty */
	struct klog klog; /* zeroed: it was not read */
	uint64_t garbage; /* of the channel: bytes that were no frame */
	uint32_t lost; /* and frames that did not come */
	json_t *warnings; /* an array of ours, or NULL */
	size_t told; /* how many of them have been printed */

	/* For stderr alone. */
	int log_error; /* errno, for which --console lacks the rest */
	int out_error; /* the same of stdout */
	char *registers; /* lines, or NULL */
	bool in_line; /* the guest's console ends in the middle of a line */
};

/*
 * Opens @path for the result, before anything runs: what is in it later is of this run. "-" is
 * stdout, and so is what leads there; that is appended to. A file may hold an older result and
 * nothing else, and must not be reached through a symbolic link of its name. Returns a descriptor,
 * which stays open until the end, or -1 with the reason.
 */
int result_open(const char *path, struct error *err);

/* The result as one JSON object and a newline (numavm(1), RESULT), for result_put(). */
char *result_text(const struct result *result);

/*
 * Writes result_text()'s @text to result_open()'s @fd: safe in signal handlers, but for a text with
 * nodes. Returns 0, or -1 with errno, EINTR where nobody reads.
 */
int result_put(int fd, const char *text);

/* Puts @result to @fd, result_open()'s of @path. Returns 0, or -1. */
int result_write(const struct result *result, int fd, const char *path, struct error *err);

#endif
