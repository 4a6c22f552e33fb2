/* SPDX-License-Identifier: MIT */
/*
 * A command in the guest, as the run has it: the channel to init, the second serial port and the
 * fast port that it goes by, the files of its streams, and its end. run.c makes one where there is
 * a command, wait.c drives it from the main thread.
 */
#ifndef VMM_RUN_SESSION_H
#define VMM_RUN_SESSION_H

#include <poll.h>

#include "vmm/guest/channel.h"
#include "vmm/guest/klog.h"
#include "vmm/run/input.h"
#include "vmm/run/run.h"

#define SESSION_POLLS FRAME_STREAMS

extern const struct input_ops session_input; /* of a session */

/* Before vm_create(): gives @vm's second port and its fast one to the channel. */
struct session *session_new(struct vm *vm, const struct run *run);

/* What session_input comes from: stdin, which does not block where that can be had. */
int session_input_fd(const struct session *session);

void session_poll(struct session *session, struct pollfd polls[SESSION_POLLS]);

/*
 * Moves what has come, and what the guest takes; the machine ends when the command has, or frames
 * are lost, and all output is written. Returns whether init has spoken.
 */
bool session_pump(struct session *session, const struct pollfd polls[SESSION_POLLS]);

/* Has init kill the command, send its files and be done. */
void session_finish(struct session *session);

/* What the guest has sent is written, or never can be. */
bool session_is_drained(struct session *session);

/* The terminal has another size. */
void session_resize(struct session *session);

/* errno, for which stdout or stderr lacks a part of the command's; a reader that left is none. */
int session_write_error(struct session *session);

/* What init has said; until the next call of any of these. */
const struct channel_state *session_state(struct session *session);

/* Reads the kernel's log, where init says that it is; @session may be NULL. */
void session_read_log(struct session *session, const struct ram *ram, struct klog *klog);

#endif
