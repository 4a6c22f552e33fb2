/* SPDX-License-Identifier: MIT */
/*
 * The signals that end a run: SIGINT, SIGTERM and SIGHUP, but for those that our parent wants
 * ignored (nohup), and SIGALRM, the time limit's. While the machine is being made they end the
 * program at once, even in the middle of populating, and the result says so. While it runs they
 * come through a descriptor, which wait.c reads. Once the verdict is written they do what they do
 * by default. verbs.c asks for all but the descriptor.
 */
#ifndef VMM_RUN_SIGNALS_H
#define VMM_RUN_SIGNALS_H

#include <stdint.h>
#include <time.h>

#include "mem/error.h"

/*
 * From now on they end the program, and so does @timeout_ns after @start, if it is not 0. @result:
 * result_open()'s descriptor, or -1.
 */
void signals_catch(int result, const struct timespec *start, uint64_t timeout_ns);

/* From now on they wait, and the time limit is the caller's. */
void signals_block(void);

/* The same; they and SIGCONT come through a signalfd. Returns it, or -1. */
int signals_open(struct error *err);

/* From now on they end the program as they do by default, those that have waited too. */
void signals_release(void);

#endif
