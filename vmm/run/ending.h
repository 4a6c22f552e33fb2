/* SPDX-License-Identifier: MIT */
/*
 * The one verdict on a running machine. Devices, vCPUs, signals and deadlines set it from any
 * thread; it knows none of them, and wakes the main thread, which waits for it
 * (wait.c). run.c owns it.
 */
#ifndef VMM_RUN_ENDING_H
#define VMM_RUN_ENDING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "vmm/run/outcome.h"

/* The outcome and the panic are to be read once what tells of them is true. */
struct ending {
	pthread_mutex_t lock; /* the innermost: nothing is called with it held */
	int event; /* eventfd, readable when the main thread has something to look at */
	atomic_bool stopping; /* the end has come, and no vCPU goes on */
	atomic_bool panicked; /* the kernel has, and may go on */
	struct outcome outcome;
	struct outcome panic;
};

/* Returns 0, or -1. */
int ending_init(struct ending *ending, struct error *err);

/*
 * Offers a verdict. The first one counts, but a machine whose kernel has panicked ends as panicked
 * however the guest goes on. Returns whether this one counted.
 */
bool ending_offer(struct ending *ending, const struct outcome *outcome);

/* The same of a verdict made of @kind and a message. */
bool ending_set(struct ending *ending, enum outcome_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The kernel has panicked, saying @message, and goes on: it has its trace to print yet. */
void ending_note_panic(struct ending *ending, const char *message);

/* Has the main thread look at all that it waits for. Never blocks. */
void ending_wake(struct ending *ending);

#endif
