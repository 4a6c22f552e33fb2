/* SPDX-License-Identifier: MIT */
/*
 * Where --out's files go: a process of its own, which takes the guest's archive (frame.h,
 * FRAME_FILES) from a pipe and writes what is in it below the HOST folders, and nowhere else,
 * whatever names the guest sends (extract.h). errand.c starts it only with --out, before anything
 * of the run is there: the process has a copy of what is. It is confined at once to those folders
 * by Landlock, holds no other descriptor, ignores Ctrl-C, and ends with the pipe or with us.
 */
#ifndef VMM_GUEST_RECEIVE_H
#define VMM_GUEST_RECEIVE_H

#include <sys/types.h>

#include "mem/error.h"

struct receive {
	pid_t pid;
	int to; /* the pipe's end to write to, non-blocking; receive_end() closes it */
	int from; /* becomes readable at its end: its report */
};

/* Who the files are to belong to, of --run-as. */
struct receive_user {
	uid_t uid;
	gid_t gid;
};

/*
 * @targets: HOST paths, ending with NULL, entry i for the archive's "i" and "i/...". A path that is
 * a folder is filled; any other is the name that the file or folder gets, in a folder that is
 * there. @user may be NULL: our own. Returns 0, or -1 naming the path and the cure.
 */
int receive_start(struct receive *receive, char *const *targets, const struct receive_user *user,
		  struct error *err);

/*
 * Closes the pipe and waits at most @patience_s seconds until all is written: by poll(2), read(2)
 * and close(2) alone, as a confined run may. A process that takes longer ends when we do. Returns
 * 0, or -1 with what was not kept.
 */
int receive_end(struct receive *receive, int patience_s, struct error *err);

#endif
