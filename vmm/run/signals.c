// SPDX-License-Identifier: MIT
#include "vmm/run/signals.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/run/progress.h"
#include "vmm/run/result.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* All that is said is made before: a signal handler may do little more than write(2). */
static struct {
	int result;
	char *results[NR_SIGNALS], *messages[NR_SIGNALS];
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
			say(prepared.result, prepared.results[i]);
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
	struct result result = { 0 };

	outcome_from_signal(&result.outcome, signals[i]);
	prepared.results[i] = result_text(&result);
	prepared.messages[i] = xasprintf("numavm: %s\n", result.outcome.message);
}

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) || action.sa_handler == SIG_IGN;
}

void signals_catch(int result)
{
	const struct sigaction action = { .sa_handler = on_signal };

	prepared.result = result;
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		prepare(i);
		if (!is_ignored(signals[i]))
			sigaction(signals[i], &action, NULL);
	}
}

int signals_open(struct error *err)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (!is_ignored(signals[i]))
			sigaddset(&set, signals[i]);
	if (!is_ignored(SIGCONT))
		sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_errno(err, "signalfd") : fd;
}
