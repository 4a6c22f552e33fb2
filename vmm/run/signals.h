/* SPDX-License-Identifier: MIT */
/*
 * The signals that end a run: SIGINT, SIGTERM and SIGHUP, but for those that our parent wants
 * ignored (nohup), SIGALRM, the time limit's, and SIGBUS, the host's memory's. While the machine is
 * being made they end the program at once, even in the middle of populating, and the result says
 * so. While it runs the first three come through a descriptor, which wait.c reads. Once the verdict
 * is written they end the program at once, with the status that the verdict has. verbs.c asks for
 * all but the descriptor.
 */
#ifndef VMM_RUN_SIGNALS_H
#define VMM_RUN_SIGNALS_H

#include <stdint.h>
#include <time.h>

#include "mem/error.h"

/* They wait for signals_catch(), so that a result's file is not left empty. */
void signals_hold(void);

/*
 * From now on they end the program, and so does the first of @timeout_ns and @boot_timeout_ns after
 * @start that is not 0. @result: result_open()'s descriptor, or -1.
 */
void signals_catch(int result, const struct timespec *start, uint64_t timeout_ns,
		   uint64_t boot_timeout_ns);

/* From now on they wait, and the time limit is the caller's. */
void signals_block(void);

/* The same; they, SIGCONT and SIGWINCH come through a signalfd. Returns it, or -1. */
int signals_open(struct error *err);

/*
 * The verdict is written: those that have waited are forgotten, and what comes now is a
 * signals_leave().
 */
void signals_release(int status, bool by_signal);

/*
 * Ends the program with the released status, @by_signal with the signal that it tells of: 128+n may
 * be a command's own. Nothing is taken apart.
 */
_Noreturn void signals_leave(void);

#endif
