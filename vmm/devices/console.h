/* SPDX-License-Identifier: MIT */
/*
 * Where the guest's console bytes go: stdout, and the log file when there is one. On their way they
 * are read for the kernel's panic message. The serial port feeds it, under its own lock, and learns
 * of events. A line goes out when it is complete, for a write(2) a byte costs as much as the
 * guest's exit; what waits for its end longer than CONSOLE_DUE_NS goes out when the main thread
 * sees the timer.
 */
#ifndef VMM_DEVICES_CONSOLE_H
#define VMM_DEVICES_CONSOLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/error.h"

#define CONSOLE_LINE 256
#define CONSOLE_HELD 256
#define CONSOLE_DUE_NS 2000000

enum console_event {
	CONSOLE_NOTHING,
	CONSOLE_PANIC, /* the message's line is complete; console->panic has it */
	CONSOLE_PANIC_END, /* the kernel has printed all that it will */
	CONSOLE_CLOSED, /* nobody reads stdout any more */
};

struct console {
	int out;
	int log; /* -1: none */
	const atomic_bool *stopping; /* the guest's end has come */
	int timer; /* timerfd: what is held is due */
	bool timed; /* the timer is set, or has not been answered yet */
	uint8_t held[CONSOLE_HELD]; /* bytes that have not gone out yet */
	size_t nr_held;
	bool out_failed;
	int out_errno; /* why */
	char line[CONSOLE_LINE]; /* what has come since the last newline */
	size_t length;
	char panic[CONSOLE_LINE]; /* "Kernel panic - not syncing: ..."; empty: none so far */
};

/*
 * Writes to @out, and to @log_path when that is not NULL. Once *@stopping is true, a signal ends
 * the wait for who reads @out, and the bytes are lost. Returns 0, or -1 with the reason.
 */
int console_open(struct console *console, int out, const char *log_path,
		 const atomic_bool *stopping, struct error *err);

/* One byte of the guest's. Blocks while @out does. */
enum console_event console_put(struct console *console, uint8_t byte);

/* console_flush() would not block; waits @ms milliseconds for each file at most. */
bool console_is_ready(const struct console *console, int ms);

/* Lets out what is held. Blocks while @out does. Returns CONSOLE_CLOSED or CONSOLE_NOTHING. */
enum console_event console_flush(struct console *console);

/* Sets the timer. May be called without the lock. */
void console_set_timer(const struct console *console);

#endif
