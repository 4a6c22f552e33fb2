// SPDX-License-Identifier: MIT
#include "vmm/run/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int status;
} kinds[] = {
	[OUTCOME_POWEROFF] = { "poweroff", 0 },
	[OUTCOME_REBOOT] = { "reboot", 0 },
	[OUTCOME_PANIC] = { "panic", OUTCOME_STATUS_PANIC },
	[OUTCOME_CRASH] = { "crash", OUTCOME_STATUS_CRASH },
	[OUTCOME_TIMEOUT] = { "timeout", OUTCOME_STATUS_TIMEOUT },
	[OUTCOME_CONTENTION] = { "contention", OUTCOME_STATUS_NONE },
	[OUTCOME_ERROR] = { "error", OUTCOME_STATUS_NONE },
};

void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *fmt, ...)
{
	va_list ap;

	outcome->kind = kind;
	outcome->status = kinds[kind].status;
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

const char *outcome_name(enum outcome_kind kind)
{
	return kinds[kind].name;
}
