/* SPDX-License-Identifier: MIT */
/*
 * The one loop in which init waits: the command's streams and its end, orphans, and what the host
 * says. init.c runs it; files.c sends its stream by it.
 */
#ifndef VMM_GUEST_INIT_STREAM_H
#define VMM_GUEST_INIT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "vmm/guest/init/command.h"

/* From now on no signal does anything, and SIGCHLD ends a wait. */
void stream_begin(void);

/*
 * Moves @command's streams until it has ended and all that it wrote has been sent. Returns its
 * status as waitpid(2) does, or -1: the host wanted it killed and the kernel does not let go of it.
 */
int stream_run(const struct command *command);

/* Sends @size bytes as FRAME_FILES, as the host takes them. */
void stream_send_files(const void *bytes, size_t size);

#endif
