/* SPDX-License-Identifier: MIT */
/* The command's process. init.c starts it, once; stream.c then has its streams. */
#ifndef VMM_GUEST_INIT_COMMAND_H
#define VMM_GUEST_INIT_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "vmm/guest/init/job.h"

struct command {
	pid_t pid;
	bool terminal;
	int fds[3]; /* our ends, not blocking, by enum frame_stream; -1: it has none */
};

enum command_start {
	COMMAND_RUNS,
	COMMAND_NEVER_RAN, /* a verdict: FRAME_EXIT with 126 or 127 has been sent */
	COMMAND_NO_VERDICT, /* FRAME_ERROR has been sent */
};

enum command_start command_start(struct command *command, struct job *job);

#endif
