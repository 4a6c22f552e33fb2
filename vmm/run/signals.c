// SPDX-License-Identifier: MIT
#include "vmm/run/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/xalloc.h"
#include "vmm/run/patient.h"
#include "vmm/run/result.h"
#include "vmm/run/terminal.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* By number, and made before the signal comes: a handler may do little more than write(2). */
static struct {
	char *result; /* NULL without --result */
	char *message;
	int status;
} ends[NSIG];
static int result_fd;
static sigset_t caught; /* of signals[] */
static bool limited; /* by SIGALRM, which did what is here */
static struct sigaction old_alarm;
static sigset_t held; /* the mask that signals_hold() found */
static volatile sig_atomic_t last_status, last_signal; /* of the verdict that is written */

void signals_leave(void)
{
	if (last_signal) {
		sigset_t set;

		sigfillset(&set);
		signal(last_signal, SIG_DFL);
		raise(last_signal);
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	}
	_exit(last_status);
}

static void on_late_signal(int number)
{
	(void)number;
	signals_leave();
}

static void on_signal(int number)
{
	static atomic_flag ended = ATOMIC_FLAG_INIT;

	if (atomic_flag_test_and_set(&ended))
		return; /* one verdict */
	if (ends[number].result)
		result_put(result_fd, ends[number].result);
	signals_release(ends[number].status, ends[number].status > 128);
	terminal_hide_progress();
	terminal_restore();
	patient_write(STDERR_FILENO, ends[number].message, strlen(ends[number].message));
	signals_leave();
}

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) || action.sa_handler == SIG_IGN;
}

static void catch_signal(int number, const struct outcome *outcome)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct result result = { .outcome = *outcome };

	if (result_fd >= 0)
		ends[number].result = result_text(&result);
	ends[number].message = xasprintf("numavm: %s\n", outcome->message);
	ends[number].status = outcome->status;
	sigaction(number, &action, NULL);
}

/* Even where our parent had SIGALRM ignored or blocked. */
static void set_limit(const struct timespec *start, uint64_t timeout_ns, bool of_boot)
{
	double left = timeout_ns / 1e9 - clock_seconds_since(start);
	struct itimerval timer = { 0 };
	struct outcome outcome;
	sigset_t set;

	limited = true;
	sigaction(SIGALRM, NULL, &old_alarm);
	if (of_boot)
		outcome_from_boot_timeout(&outcome, timeout_ns);
	else
		outcome_from_timeout(&outcome, timeout_ns);
	catch_signal(SIGALRM, &outcome);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	left = left > 1e-3 ? left : 1e-3; /* 0 would be none */
	timer.it_value.tv_sec = left;
	timer.it_value.tv_usec = (left - timer.it_value.tv_sec) * 1e6;
	setitimer(ITIMER_REAL, &timer, NULL);
}

void signals_hold(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &held);
}

void signals_catch(int result, const struct timespec *start, uint64_t timeout_ns,
		   uint64_t boot_timeout_ns)
{
	bool of_boot = boot_timeout_ns && (!timeout_ns || boot_timeout_ns < timeout_ns);
	uint64_t limit_ns = of_boot ? boot_timeout_ns : timeout_ns;
	struct outcome outcome;

	result_fd = result;
	sigemptyset(&caught);
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		if (is_ignored(signals[i]))
			continue;
		sigaddset(&caught, signals[i]);
		outcome_from_signal(&outcome, signals[i]);
		catch_signal(signals[i], &outcome);
	}
	outcome_set(&outcome, OUTCOME_ERROR,
		    "ended by SIGBUS: memory of the host has failed (see dmesg), or that of a file "
		    "or huge pages is gone");
	catch_signal(SIGBUS, &outcome);
	sigprocmask(SIG_SETMASK, &held, NULL);
	if (limit_ns)
		set_limit(start, limit_ns, of_boot);
}

void signals_block(void)
{
	const struct itimerval never = { 0 };

	sigprocmask(SIG_BLOCK, &caught, NULL);
	if (!limited)
		return;
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old_alarm, NULL);
	limited = false;
}

int signals_open(struct error *err)
{
	sigset_t set = caught;
	int fd;

	signals_block();
	if (!is_ignored(SIGCONT))
		sigaddset(&set, SIGCONT);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_errno(err, "signalfd") : fd;
}

/* Those that have waited go first: ignoring a signal discards it. */
void signals_release(int status, bool by_signal)
{
	last_status = status;
	last_signal = by_signal ? status - 128 : 0;
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		if (!sigismember(&caught, signals[i]))
			continue;
		signal(signals[i], SIG_IGN);
		signal(signals[i], on_late_signal);
	}
	signal(SIGBUS, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
}
