// SPDX-License-Identifier: MIT
#include "vmm/run/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/run/outcome.h"
#include "vmm/run/progress.h"

static const int signals[] = INTERRUPT_SIGNALS;

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* All that is said is made before: a signal handler may do little more than write(2). */
static struct {
	int result;
	char *verdicts[NR_SIGNALS], *messages[NR_SIGNALS];
} prepared;

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return; /* nobody is left to be told */
}

static void on_signal(int number)
{
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };

	for (size_t i = 0; i < NR_SIGNALS; i++) {
		if (signals[i] != number)
			continue;
		if (prepared.result >= 0)
			say(prepared.result, prepared.verdicts[i]);
		if (poll(&err, 1, 0) <= 0) /* nobody reads */
			continue;
		progress_hide();
		say(STDERR_FILENO, prepared.messages[i]);
	}
	signal(number, SIG_DFL);
	raise(number);
}

static void prepare(size_t i)
{
	struct outcome outcome = { 0 };

	outcome_set(&outcome, OUTCOME_ERROR, "ended by SIG%s", sigabbrev_np(signals[i]));
	outcome.status = 128 + signals[i];
	prepared.verdicts[i] = outcome_text(&outcome);
	prepared.messages[i] = xasprintf("numavm: %s\n", outcome.message);
}

/* A signal that our parent wants ignored (nohup) stays so. */
void interrupt_catch(int result)
{
	struct sigaction action = { .sa_handler = on_signal }, before;

	prepared.result = result;
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		prepare(i);
		if (!sigaction(signals[i], NULL, &before) && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}
