// SPDX-License-Identifier: MIT
#include "vmm/run/terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "mem/clock.h"
#include "vmm/run/patient.h"

#define ESCAPE 0x01 /* Ctrl-A */
#define QUIET_SECONDS 1.0
#define ERASE_LINE "\r\033[K"

static struct termios saved;
static bool is_terminal; /* saved is its state */
static volatile sig_atomic_t raw;
static bool escaped; /* Ctrl-A has come, what it is for has not */
static volatile sig_atomic_t bar_shown;

void terminal_show_progress(uint64_t done, uint64_t total)
{
	static const char full[] = "##############################";
	static struct timespec start; /* of this populating */
	int filled = (double)done / total * (sizeof(full) - 1);
	double seconds;

	if (!done)
		clock_gettime(CLOCK_MONOTONIC, &start);
	seconds = clock_seconds_since(&start);
	if (seconds < QUIET_SECONDS || !isatty(STDERR_FILENO))
		return;
	if (done == total)
		fputs(ERASE_LINE, stderr);
	else
		fprintf(stderr, "\rnumavm: populating [%-30.*s] %3.0f %%  %.1f GiB/s", filled, full,
			100.0 * done / total, done / seconds / (1 << 30));
	fflush(stderr);
	bar_shown = done < total;
}

void terminal_hide_progress(void)
{
	if (bar_shown)
		patient_write(STDERR_FILENO, ERASE_LINE, strlen(ERASE_LINE));
}

/* That it interrupts is all. */
static void on_background(int number)
{
	(void)number;
}

/*
 * Only while it is ours, which may change at any time: from the background tcsetattr(3) would stop
 * us, or, with SIGTTOU ignored or blocked, change what another has by then. With a handler it fails
 * (drivers/tty/tty_jobctrl.c, __tty_check_change).
 */
static void set_terminal(const struct termios *now)
{
	const struct sigaction action = { .sa_handler = on_background };
	struct sigaction old_action;
	sigset_t set, old_set;

	if (!terminal_is_ours())
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	sigaction(SIGTTOU, &action, &old_action);
	pthread_sigmask(SIG_UNBLOCK, &set, &old_set);
	tcsetattr(STDIN_FILENO, TCSANOW, now);
	pthread_sigmask(SIG_SETMASK, &old_set, NULL);
	sigaction(SIGTTOU, &old_action, NULL);
}

/* The terminal first; then the signal does what it would have done. */
static void restore_and_die(int number)
{
	terminal_restore();
	signal(number, SIG_DFL);
	raise(number);
}

void terminal_open(void)
{
	static const int fatal[] = { SIGSEGV, SIGILL,  SIGFPE,	SIGABRT, SIGQUIT, SIGTRAP,
				     SIGSYS,  SIGXCPU, SIGALRM, SIGUSR2, SIGPWR };

	/* What lacks memory ends by quick_exit(), xalloc.c. */
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &saved) ||
	    at_quick_exit(terminal_restore))
		return;
	is_terminal = true;
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		if (signal(fatal[i], restore_and_die) == SIG_IGN)
			signal(fatal[i], SIG_IGN); /* as our parent wants it */
	terminal_resume();
}

bool terminal_is_ours(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

void terminal_resume(void)
{
	struct termios now = saved;

	if (!is_terminal || !terminal_is_ours())
		return;
	cfmakeraw(&now);
	raw = 1;
	set_terminal(&now);
}

void terminal_restore(void)
{
	if (!raw)
		return;
	set_terminal(&saved);
	raw = 0;
}

enum terminal_key terminal_filter(uint8_t *data, size_t *size)
{
	enum terminal_key key = TERMINAL_NONE;
	size_t kept = 0;

	for (size_t i = 0; raw && i < *size; i++) {
		if (!escaped && data[i] == ESCAPE) {
			escaped = true;
			continue;
		}
		if (escaped && data[i] == 'x')
			key = TERMINAL_LEAVE;
		else if (escaped && data[i] == 'h')
			key = TERMINAL_HELP;
		else
			data[kept++] = data[i];
		escaped = false;
	}
	if (raw)
		*size = kept;
	return key;
}
