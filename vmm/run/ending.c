// SPDX-License-Identifier: MIT
#include "vmm/run/ending.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct {
	const char *name;
	int status;
} kinds[] = {
	[OUTCOME_POWEROFF] = { "poweroff", 0 },
	[OUTCOME_REBOOT] = { "reboot", 0 },
	[OUTCOME_EXITED] = { "exited", 0 },
	[OUTCOME_PANIC] = { "panic", 122 },
	[OUTCOME_CRASH] = { "crash", 123 },
	[OUTCOME_TIMEOUT] = { "timeout", 124 },
	[OUTCOME_CONTENTION] = { "contention", OUTCOME_STATUS_NONE },
	[OUTCOME_ERROR] = { "error", OUTCOME_STATUS_NONE },
};

void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *fmt, ...)
{
	va_list ap;

	*outcome = (struct outcome){ .kind = kind, .status = kinds[kind].status };
	va_start(ap, fmt);
	vsnprintf(outcome->message, sizeof(outcome->message), fmt, ap);
	va_end(ap);
}

void outcome_from_error(struct outcome *outcome, const struct error *err)
{
	outcome_set(outcome, err->contention ? OUTCOME_CONTENTION : OUTCOME_ERROR, "%s", err->text);
}

void outcome_from_signal(struct outcome *outcome, int number)
{
	outcome_set(outcome, OUTCOME_ERROR, "ended by SIG%s", sigabbrev_np(number));
	outcome->status = 128 + number;
}

void outcome_from_timeout(struct outcome *outcome, uint64_t timeout_ns)
{
	outcome_set(outcome, OUTCOME_TIMEOUT, "the time limit of %g s has passed",
		    timeout_ns / 1e9);
}

void outcome_from_boot_timeout(struct outcome *outcome, uint64_t timeout_ns)
{
	outcome_set(outcome, OUTCOME_TIMEOUT, "the boot's time limit of %g s has passed",
		    timeout_ns / 1e9);
}

bool outcome_is_ours(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_CONTENTION || outcome->kind == OUTCOME_ERROR;
}

bool outcome_is_bad(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_PANIC || outcome->kind == OUTCOME_CRASH ||
	       outcome->kind == OUTCOME_TIMEOUT;
}

const char *outcome_name(enum outcome_kind kind)
{
	return kinds[kind].name;
}

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

void ending_offer(struct ending *ending, const struct outcome *outcome)
{
	pthread_mutex_lock(&ending->lock);
	if (!ending->stopping)
		ending->offered =
			ending->limited && !outcome_is_ours(outcome) ? ending->limit : *outcome;
	ending->stopping = true;
	pthread_mutex_unlock(&ending->lock);
	ending_wake(ending);
}

void ending_set(struct ending *ending, enum outcome_kind kind, const char *fmt, ...)
{
	struct outcome outcome;
	va_list ap;

	outcome_set(&outcome, kind, "%s", "");
	va_start(ap, fmt);
	vsnprintf(outcome.message, sizeof(outcome.message), fmt, ap);
	va_end(ap);
	ending_offer(ending, &outcome);
}

void ending_note_panic(struct ending *ending, const char *message)
{
	pthread_mutex_lock(&ending->lock);
	outcome_set(&ending->panic, OUTCOME_PANIC, "%s", message);
	ending->panicked = !ending->limited;
	pthread_mutex_unlock(&ending->lock);
	ending_wake(ending);
}

void ending_note_panic_end(struct ending *ending)
{
	ending->panic_over = true;
	ending_wake(ending);
}

void ending_forget_panic(struct ending *ending)
{
	pthread_mutex_lock(&ending->lock);
	ending->panicked = ending->panic_over = false;
	pthread_mutex_unlock(&ending->lock);
}

void ending_note_limit(struct ending *ending, const struct outcome *outcome)
{
	pthread_mutex_lock(&ending->lock);
	ending->limit = *outcome;
	ending->limited = true;
	pthread_mutex_unlock(&ending->lock);
}
