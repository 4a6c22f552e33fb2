// SPDX-License-Identifier: MIT
#include "vmm/devices/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* kernel/panic.c. */
#define PANIC_MESSAGE "Kernel panic - not syncing"
#define PANIC_END "---[ end Kernel panic - not syncing"
#define PANIC_REBOOT "Rebooting in "

#define LOG_PREFIX "kernel: " /* syslog(3) */

int console_open(struct console *console, int out, const char *log_path,
		 const atomic_bool *stopping, struct error *err)
{
	*console = (struct console){ .out = out, .log = -1, .stopping = stopping };
	console->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (console->timer < 0)
		return error_errno(err, "timerfd_create");
	if (!log_path)
		return 0;
	/* A FIFO that nobody has opened yet must not hold us up. */
	console->log = open(log_path,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
	if (console->log < 0)
		return error_errno(err, "--console %s", log_path);
	return 0;
}

/*
 * A stdout that somebody made non-blocking is waited for; an interrupted write goes on, until the
 * end of the guest has come: what nobody reads must not hold that up.
 */
static int write_all(const struct console *console, int fd, const uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written >= 0) {
			bytes += written;
			size -= written;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -1;
		} else if (atomic_load(console->stopping)) {
			return 0;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		}
	}
	return 0;
}

/* The kernel's text behind its "[    1.234567] " and "[    T1] ". */
static const char *skip_stamps(const char *line)
{
	while (*line == '[') {
		const char *end = strchr(line, ']');

		if (!end)
			break;
		line = end + 1;
		line += strspn(line, " ");
	}
	return line;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Does the text from @start to @end end with @with? */
static bool ends_with(const char *start, const char *end, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(end - start) >= length && begins(end - length, with);
}

/* "[    1.234567]" */
static bool is_time(const char *stamp)
{
	size_t length = strspn(stamp + 1, " .0123456789");

	return length && stamp[1 + length] == ']';
}

/*
 * The panic message in @line, or NULL: at its start, or with a time stamp behind what a program has
 * printed without a newline, a prompt say. What a log of another kernel quotes is none.
 */
static const char *find_panic(const char *line)
{
	const char *text = skip_stamps(line);

	if (begins(text, PANIC_MESSAGE))
		return text;
	for (const char *stamp = strchr(line, '['); stamp; stamp = strchr(stamp + 1, '[')) {
		text = skip_stamps(stamp);
		if (is_time(stamp) && begins(text, PANIC_MESSAGE))
			return ends_with(line, stamp, LOG_PREFIX) ? NULL : text;
	}
	return NULL;
}

static enum console_event judge_line(struct console *console)
{
	const char *text = console->line;

	if (!console->panic[0]) {
		text = find_panic(text);
		if (!text)
			return CONSOLE_NOTHING;
		snprintf(console->panic, sizeof(console->panic), "%s", text);
		return CONSOLE_PANIC;
	}
	if (strstr(text, PANIC_END) || begins(skip_stamps(text), PANIC_REBOOT))
		return CONSOLE_PANIC_END;
	return CONSOLE_NOTHING;
}

/* What a line has beyond CONSOLE_LINE does not matter to the verdict. */
static enum console_event watch(struct console *console, uint8_t byte)
{
	enum console_event event;

	if (byte != '\n') {
		if (byte >= ' ' && console->length < CONSOLE_LINE - 1)
			console->line[console->length++] = byte;
		return CONSOLE_NOTHING;
	}
	console->line[console->length] = 0;
	event = judge_line(console);
	console->length = 0;
	return event;
}

/* A log that cannot be written is given up, and the guest goes on. */
static void keep(struct console *console)
{
	if (console->log < 0 || !write_all(console, console->log, console->held, console->nr_held))
		return;
	fprintf(stderr, "numavm: warning: --console: %s; the rest is not kept\n", strerror(errno));
	close(console->log);
	console->log = -1;
}

static bool can_write(int fd, int ms)
{
	return poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, ms) > 0;
}

bool console_is_ready(const struct console *console, int ms)
{
	return can_write(console->out, ms) && (console->log < 0 || can_write(console->log, ms));
}

enum console_event console_flush(struct console *console)
{
	size_t size = console->nr_held;

	keep(console);
	console->nr_held = 0;
	if (console->out_failed || !write_all(console, console->out, console->held, size))
		return CONSOLE_NOTHING;
	console->out_failed = true;
	console->out_errno = errno;
	return CONSOLE_CLOSED;
}

void console_set_timer(const struct console *console)
{
	const struct itimerspec due = { .it_value.tv_nsec = CONSOLE_DUE_NS };

	timerfd_settime(console->timer, 0, &due, NULL);
}

enum console_event console_put(struct console *console, uint8_t byte)
{
	enum console_event event = watch(console, byte);

	console->held[console->nr_held++] = byte;
	if (byte == '\n' || console->nr_held == CONSOLE_HELD)
		return console_flush(console) ? CONSOLE_CLOSED : event;
	if (!console->timed) {
		console->timed = true;
		console_set_timer(console);
	}
	return event;
}
