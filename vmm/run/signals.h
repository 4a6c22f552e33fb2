/* SPDX-License-Identifier: MIT */
/*
 * The signals that end a run: SIGINT, SIGTERM and SIGHUP, but for those that our parent wants
 * ignored (nohup). While the machine is being made they end the program at once, even in the middle
 * of populating, and the result says so; verbs.c asks for that. While it runs they come through a
 * descriptor, which wait.c reads.
 */
#ifndef VMM_RUN_SIGNALS_H
#define VMM_RUN_SIGNALS_H

#include "mem/error.h"

/* From now on they end the program. @fd: for the result, or -1. */
void signals_catch(int fd);

/* From now on they, and SIGCONT, come through a signalfd. Returns it, or -1. */
int signals_open(struct error *err);

#endif
