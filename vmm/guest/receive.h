/* SPDX-License-Identifier: MIT */
/*
 * Where --out's files go: a process of its own, forked before the run is confined, which takes the
 * guest's archive (frame.h, FRAME_FILES) from a pipe and writes what is in it below the HOST
 * folders, and nowhere else, whatever names the guest sends. run.c starts it only with --out.
 */
#ifndef VMM_GUEST_RECEIVE_H
#define VMM_GUEST_RECEIVE_H

#include <sys/types.h>

#include "mem/error.h"

struct receive {
	pid_t pid;
	int to; /* the pipe's end to write to, non-blocking; close it at the archive's end */
	int from; /* becomes readable at its end: its report, a line per thing that was not kept */
};

/* @targets: HOST paths, ending with NULL, entry i for the archive's "i/...". Returns 0, or -1. */
int receive_start(struct receive *receive, char *const *targets, struct error *err);

/*
 * Closes the pipe and waits for the process, at most @patience_s seconds. Returns 0, or -1 with
 * what was not kept.
 */
int receive_end(struct receive *receive, int patience_s, struct error *err);

#endif
