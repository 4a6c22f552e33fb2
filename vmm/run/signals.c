// SPDX-License-Identifier: MIT
#include "vmm/run/signals.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/run/result.h"
#include "vmm/run/terminal.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/*
 * By number, and made before the signal comes: a handler may do little more than write(2). Without
 * --result there are no results.
 */
static char *results[NSIG], *messages[NSIG];
static int result_fd;

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return; /* nobody is left to be told */
}

static void on_signal(int number)
{
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (results[number])
		say(result_fd, results[number]);
	if (poll(&err, 1, 0) > 0) { /* else nobody reads */
		terminal_hide_progress();
		say(STDERR_FILENO, messages[number]);
	}
	signal(number, SIG_DFL);
	raise(number);
}

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) || action.sa_handler == SIG_IGN;
}

void signals_catch(int fd)
{
	const struct sigaction action = { .sa_handler = on_signal };

	result_fd = fd;
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		struct result result = { 0 };
		int number = signals[i];

		if (is_ignored(number))
			continue;
		outcome_from_signal(&result.outcome, number);
		if (fd >= 0)
			results[number] = result_text(&result);
		messages[number] = xasprintf("numavm: %s\n", result.outcome.message);
		sigaction(number, &action, NULL);
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
