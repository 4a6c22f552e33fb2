// SPDX-License-Identifier: MIT
#include "vmm/run/wait.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "mem/clock.h"
#include "vmm/guest/klog.h"
#include "vmm/run/input.h"
#include "vmm/run/limits.h"
#include "vmm/run/patient.h"
#include "vmm/run/session.h"
#include "vmm/run/signals.h"
#include "vmm/run/terminal.h"

#define LAST_BYTES_S 1 /* for a stdout that is slow to take what the guest said last */

enum { POLL_EVENT, POLL_SIGNALS, POLL_INPUT, POLL_CONSOLE, POLL_SESSION };

#define NR_POLL (POLL_SESSION + SESSION_POLLS) /* of which the last are there with a session */

struct wait {
	struct vm *vm;
	const struct run *run;
	struct input input;
	struct limits limits;
	bool spoken; /* init has */
	bool panicked; /* the kernel has: its log says so, or cannot be read */
};

/* Returns whether there is a signal that ends the run, as @outcome. */
static bool read_signal(struct wait *wait, int signals, struct outcome *outcome)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo == SIGCONT) {
		terminal_resume();
		return false;
	}
	if (info.ssi_signo == SIGWINCH) {
		if (wait->vm->session)
			session_resize(wait->vm->session);
		return false;
	}
	outcome_from_signal(outcome, info.ssi_signo);
	return true;
}

static void handle_signal(struct wait *wait, int signals)
{
	struct outcome outcome;

	if (read_signal(wait, signals, &outcome))
		ending_offer(&wait->vm->ending, &outcome);
}

static void handle_key(struct wait *wait, enum terminal_key key)
{
	static const char help[] = "\r\nnumavm: Ctrl-A x  leave the guest\r\n"
				   "numavm: Ctrl-A h  this help\r\n"
				   "numavm: Ctrl-A Ctrl-A  send Ctrl-A\r\n";

	if (key == TERMINAL_LEAVE)
		ending_set(&wait->vm->ending, OUTCOME_ERROR, "left with Ctrl-A x");
	else if (key == TERMINAL_HELP)
		patient_write(STDERR_FILENO, help, strlen(help));
}

static double now(const struct wait *wait)
{
	return clock_seconds_since(&wait->run->start);
}

/*
 * What its console says of a panic counts where the kernel's log cannot be read. The vCPUs run on:
 * what they change meanwhile is a line missed, or not.
 */
static bool is_panic(const struct vm *vm)
{
	struct klog klog;
	bool is;

	session_read_log(vm->session, &vm->ram, &klog);
	is = !klog.found || klog.first[KLOG_PANIC] < klog.nr;
	klog_free(&klog);
	return is;
}

/* A kernel that has panicked has yet to print its trace; what ends it then is told as the panic. */
static void note_panic(struct wait *wait)
{
	struct ending *ending = &wait->vm->ending;

	if (!atomic_load(&ending->panicked))
		return;
	if (!wait->panicked && !is_panic(wait->vm)) {
		ending_forget_panic(ending);
		console_forget_panic(&wait->vm->console);
		return;
	}
	wait->panicked = true;
	limits_note_panic(&wait->limits, now(wait));
	if (atomic_load(&ending->panic_over))
		ending_offer(ending, &ending->panic);
}

/* Time until @when for poll(2), rounded up; of a long one the first 1000 s. */
static int ms_until(const struct wait *wait, double when)
{
	double left = when - now(wait);

	if (left <= 0)
		return 0;
	return left < 1000 ? left * 1000 + 1 : 1000000;
}

/* As the limit has it that has passed. */
static void make_outcome(const struct wait *wait, struct outcome *outcome)
{
	if (wait->limits.by_boot)
		outcome_from_boot_timeout(outcome, wait->run->boot_timeout_ns);
	else
		outcome_from_timeout(outcome, wait->run->timeout_ns);
	if (wait->limits.gave_up)
		snprintf(outcome->message, sizeof(outcome->message),
			 "the time limit of %g s has passed, and init has not finished within %d s",
			 wait->run->timeout_ns / 1e9, LIMITS_FINISH_S);
}

static void check_limits(struct wait *wait)
{
	struct ending *ending = &wait->vm->ending;
	enum limits_step step = limits_step(&wait->limits, now(wait), wait->spoken);
	struct outcome outcome;

	if (step == LIMITS_WAIT)
		return;
	make_outcome(wait, &outcome);
	if (step == LIMITS_PANIC)
		return ending_offer(ending, &ending->panic);
	if (step == LIMITS_END)
		return ending_offer(ending, &outcome);
	ending_note_limit(ending, &outcome);
	vm_look(wait->vm);
	if (step == LIMITS_FINISH)
		session_finish(wait->vm->session);
}

static void handle_events(struct wait *wait, const struct pollfd polls[NR_POLL])
{
	uint64_t count;

	if (polls[POLL_EVENT].revents &&
	    read(wait->vm->ending.event, &count, sizeof(count)) != sizeof(count))
		return;
	if (polls[POLL_SIGNALS].revents)
		handle_signal(wait, polls[POLL_SIGNALS].fd);
	if (polls[POLL_INPUT].revents)
		handle_key(wait, input_read(&wait->input));
	if (polls[POLL_CONSOLE].revents &&
	    read(wait->vm->console.timer, &count, sizeof(count)) == sizeof(count))
		console_flush(&wait->vm->console, 0);
	input_offer(&wait->input);
	if (wait->vm->session)
		wait->spoken = session_pump(wait->vm->session, polls + POLL_SESSION);
}

static void wait_once(struct wait *wait, struct pollfd polls[NR_POLL])
{
	struct session *session = wait->vm->session;
	double due = limits_due(&wait->limits, wait->spoken);

	polls[POLL_INPUT].fd = input_is_wanted(&wait->input) ? wait->input.fd : -1;
	if (session)
		session_poll(session, polls + POLL_SESSION);
	if (poll(polls, session ? NR_POLL : POLL_SESSION, ms_until(wait, due)) > 0)
		handle_events(wait, polls);
}

static void open_input(struct wait *wait)
{
	struct vm *vm = wait->vm;
	int fd = wait->run->no_input ? -1 : STDIN_FILENO;

	if (vm->session)
		input_open(&wait->input, fd < 0 ? fd : session_input_fd(vm->session),
			   wait->run->command->terminal, &session_input, vm->session);
	else
		input_open(&wait->input, fd, true, &input_to_serial, &vm->serials[MACHINE_CONSOLE]);
}

/*
 * What the command has printed goes to its reader, who may take time up to the limit; but for an
 * end that does not wait for it, a signal or the limit itself.
 */
static void end_session(struct wait *wait, struct pollfd polls[NR_POLL])
{
	struct session *session = wait->vm->session;
	struct outcome *offered = &wait->vm->ending.offered, late;
	bool patient = offered->kind <= OUTCOME_EXITED;
	double until = patient ? wait->limits.timeout : now(wait) + LAST_BYTES_S;

	coalesced_drain(wait->vm);
	polls[POLL_EVENT].fd = polls[POLL_CONSOLE].fd = wait->input.fd = -1;
	while (!session_is_drained(session) && ms_until(wait, until)) {
		session_poll(session, polls + POLL_SESSION);
		if (poll(polls, NR_POLL, ms_until(wait, until)) <= 0)
			continue;
		session_pump(session, polls + POLL_SESSION);
		if (patient && polls[POLL_SIGNALS].revents &&
		    read_signal(wait, polls[POLL_SIGNALS].fd, &late)) {
			*offered = late;
			return;
		}
	}
	if (patient && !session_is_drained(session))
		outcome_from_timeout(offered, wait->run->timeout_ns);
	else if (patient && session_write_error(session))
		outcome_set(offered, OUTCOME_ERROR, "writing what the command printed: %s",
			    strerror(session_write_error(session)));
}

void wait_for_end(struct vm *vm, const struct run *run, int signals)
{
	struct wait wait = {
		.vm = vm,
		.run = run,
	};
	struct pollfd polls[NR_POLL] = {
		[POLL_EVENT] = { .fd = vm->ending.event, .events = POLLIN },
		[POLL_SIGNALS] = { .fd = signals, .events = POLLIN },
		[POLL_INPUT] = { .events = POLLIN },
		[POLL_CONSOLE] = { .fd = vm->console.timer, .events = POLLIN },
	};

	limits_init(&wait.limits, run->timeout_ns, run->boot_timeout_ns, run->command);
	open_input(&wait);
	while (!atomic_load(&vm->ending.stopping)) {
		note_panic(&wait);
		wait_once(&wait, polls);
		check_limits(&wait);
	}
	if (vm->session)
		end_session(&wait, polls);
	console_end(&vm->console, LAST_BYTES_S);
}
