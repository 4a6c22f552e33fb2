// SPDX-License-Identifier: MIT
#include "vmm/run/ending.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

int ending_init(struct ending *ending, struct error *err)
{
	*ending = (struct ending){ .event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	pthread_mutex_init(&ending->lock, NULL);
	return ending->event < 0 ? error_errno(err, "eventfd") : 0;
}

void ending_wake(struct ending *ending)
{
	uint64_t one = 1;

	if (write(ending->event, &one, sizeof(one)) != sizeof(one))
		return; /* its counter is full: the main thread is awake */
}

/* An error of ours is told as such, even after a panic. */
static bool is_end_of_panic(enum outcome_kind kind)
{
	return kind != OUTCOME_CONTENTION && kind != OUTCOME_ERROR;
}

bool ending_offer(struct ending *ending, const struct outcome *outcome)
{
	bool first, counts;

	pthread_mutex_lock(&ending->lock);
	first = !ending->stopping;
	counts = first && !(ending->panicked && is_end_of_panic(outcome->kind));
	if (first)
		ending->outcome = counts ? *outcome : ending->panic;
	ending->stopping = true;
	pthread_mutex_unlock(&ending->lock);
	ending_wake(ending);
	return counts;
}

bool ending_set(struct ending *ending, enum outcome_kind kind, const char *fmt, ...)
{
	struct outcome outcome;
	va_list ap;

	outcome_set(&outcome, kind, "%s", "");
	va_start(ap, fmt);
	vsnprintf(outcome.message, sizeof(outcome.message), fmt, ap);
	va_end(ap);
	return ending_offer(ending, &outcome);
}

void ending_note_panic(struct ending *ending, const char *message)
{
	pthread_mutex_lock(&ending->lock);
	outcome_set(&ending->panic, OUTCOME_PANIC, "%s", message);
	ending->panicked = true;
	pthread_mutex_unlock(&ending->lock);
	ending_wake(ending);
}
