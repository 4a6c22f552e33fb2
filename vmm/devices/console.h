/* SPDX-License-Identifier: MIT */
/*
 * Where the guest's console bytes go: stdout, or with a command stderr or nowhere, and the log file
 * when there is one; on their way they are read for the kernel's panic. run.c opens it and is told
 * of events, the vCPUs' threads feed it through the serial port. A line goes out when it is
 * complete, since a write(2) per byte costs as much as the guest's exit; what waits for its end
 * longer than CONSOLE_DUE_NS goes out when the main thread sees the timer.
 *
 * Its lock is held while stdout blocks, so that only vCPUs wait for it without a limit, none of
 * them with a serial port's lock held. Its system calls: write, poll, timerfd_settime, close.
 */
#ifndef VMM_DEVICES_CONSOLE_H
#define VMM_DEVICES_CONSOLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "mem/error.h"
#include "vmm/devices/panic.h"

#define CONSOLE_HELD 256
#define CONSOLE_DUE_NS 2000000
#define CONSOLE_LAST 50 /* lines that are kept */

enum console_event {
	CONSOLE_PANIC, /* the kernel has panicked, with this message */
	CONSOLE_PANIC_END, /* it has printed all that it will */
	CONSOLE_CLOSED, /* stdout takes nothing any more; the text is errno's */
};

struct console {
	/* Filled in before it is opened. */
	int out; /* -1: none */
	const struct timespec *start; /* of a run with a command; NULL: without */
	uint64_t limit; /* of the guest's bytes that are passed on; 0: none */
	const atomic_bool *stopping; /* the guest's end has come */
	void (*tell)(void *opaque, enum console_event event, const char *text); /* lock held */
	void *opaque;

	pthread_mutex_t lock;
	int log; /* -1: none */
	int timer; /* timerfd: what is held is due */
	bool timed; /* the timer is set, or has not been answered yet */
	atomic_int log_error; /* errno, for which the log was given up */
	int out_error; /* errno, for which stdout lacks the rest */
	uint8_t held[CONSOLE_HELD]; /* bytes that have not gone out yet */
	size_t nr_held;
	uint64_t passed;
	atomic_ullong dropped; /* bytes beyond the limit */
	atomic_bool in_line; /* the last byte ended none */
	struct panic panic;
	bool log_in_line; /* the last byte in the log ended none */
	char (*last)[PANIC_LINE]; /* with a command: the last lines, without control characters */
	unsigned long nr_lines; /* line i is at last[i % CONSOLE_LAST] */
	atomic_bool ended; /* nothing more is taken */
};

/*
 * Writes to console->out, and to @log_path when that is not NULL or what leads there; "-" is
 * stdout. With console->start each line of the log begins with "[    1.234567] ", the seconds since
 * then, and the last lines are kept. Once *console->stopping is true, a signal ends the wait for
 * their readers, and the bytes are lost. Returns 0, or -1 with the reason.
 */
int console_open(struct console *console, const char *log_path, struct error *err);

/* One byte of the guest's. Blocks while stdout or the log does. */
void console_put(struct console *console, uint8_t byte);

/*
 * Lets out what is held, if no vCPU is at it and the files take it within @patience_s seconds; else
 * the timer is set again.
 */
void console_flush(struct console *console, int patience_s);

/*
 * The same for the last time: what vCPUs that have not stopped yet print from now on is lost, or it
 * could follow the result on stdout.
 */
void console_end(struct console *console, int patience_s);

/* What looked like a panic was none: one that comes is told. If a vCPU writes, it is not. */
void console_forget_panic(struct console *console);

/*
 * Prints the lines that are kept, each after "numavm:   ", the one that has not ended too. For a
 * console that has ended, or one that no vCPU feeds any more.
 */
void console_print_last(const struct console *console, FILE *file);

#endif
