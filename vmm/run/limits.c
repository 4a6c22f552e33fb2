// SPDX-License-Identifier: MIT
#include "vmm/run/limits.h"

#include <math.h>

static double seconds(uint64_t ns)
{
	return ns ? ns / 1e9 : INFINITY;
}

void limits_init(struct limits *limits, uint64_t timeout_ns, uint64_t boot_timeout_ns, bool command)
{
	*limits = (struct limits){
		.timeout = seconds(timeout_ns),
		.boot = seconds(boot_timeout_ns),
		.panic = INFINITY,
		.command = command,
	};
}

void limits_note_panic(struct limits *limits, double now)
{
	limits->panic = fmin(limits->panic, now + LIMITS_PANIC_S);
}

double limits_due(const struct limits *limits, bool spoken)
{
	double limit = spoken ? limits->timeout : fmin(limits->timeout, limits->boot);

	return limits->state == LIMITS_RUNNING ? fmin(limit, limits->panic) : limits->until;
}

static enum limits_step interrupt(struct limits *limits, double now)
{
	limits->state = LIMITS_INTERRUPTED;
	limits->until = now + LIMITS_TRACE_S;
	return LIMITS_INTERRUPT;
}

/* One of the limits has passed. */
static enum limits_step begin(struct limits *limits, double now, bool spoken)
{
	limits->by_boot = !spoken && limits->boot < limits->timeout;
	if (!limits->command)
		return LIMITS_END;
	if (!spoken)
		return interrupt(limits, now);
	limits->state = LIMITS_FINISHING;
	limits->until = now + LIMITS_FINISH_S;
	return LIMITS_FINISH;
}

enum limits_step limits_step(struct limits *limits, double now, bool spoken)
{
	if (now < limits_due(limits, spoken))
		return LIMITS_WAIT;
	switch (limits->state) {
	case LIMITS_RUNNING:
		return limits->panic <= limits_due(limits, spoken) ? LIMITS_PANIC
								   : begin(limits, now, spoken);
	case LIMITS_FINISHING:
		limits->gave_up = true;
		return LIMITS_END;
	default:
		return LIMITS_END;
	}
}
