// SPDX-License-Identifier: MIT
#include "vmm/devices/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/text.h"
#include "mem/xalloc.h"

static bool leads_to(const char *path, int fd)
{
	struct stat named, open;

	return !stat(path, &named) && !fstat(fd, &open) && named.st_dev == open.st_dev &&
	       named.st_ino == open.st_ino;
}

static bool names(const char *path, int fd)
{
	return leads_to(path, fd) || (fd == STDOUT_FILENO && !strcmp(path, "-"));
}

/* What is open as one of our outputs is shared with it: opened once more it would be emptied. */
static int open_log(const char *path)
{
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (names(path, fd))
			return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	/* A FIFO that nobody has opened yet must not hold us up. */
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
}

int console_open(struct console *console, const char *log_path, struct error *err)
{
	pthread_mutex_init(&console->lock, NULL);
	console->log = -1;
	console->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (console->timer < 0)
		return error_errno(err, "timerfd_create");
	if (console->start)
		console->last = xcalloc(CONSOLE_LAST, sizeof(*console->last));
	if (!log_path || names(log_path, console->out))
		return 0; /* which has all */
	console->log = open_log(log_path);
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

/* Of the line that begins; what is held has no more than one's end. */
static int write_stamp(struct console *console)
{
	char stamp[32];
	bool begins = console->start && console->nr_held && !console->log_in_line;

	if (!begins)
		return 0;
	snprintf(stamp, sizeof(stamp), "[%12.6f] ", clock_seconds_since(console->start));
	return write_all(console, console->log, (const uint8_t *)stamp, strlen(stamp));
}

/* A log that cannot be written is given up, and the guest goes on. */
static void write_log(struct console *console)
{
	if (console->log < 0)
		return;
	if (!write_stamp(console) &&
	    !write_all(console, console->log, console->held, console->nr_held)) {
		if (console->nr_held)
			console->log_in_line = console->held[console->nr_held - 1] != '\n';
		return;
	}
	console->log_error = errno;
	close(console->log);
	console->log = -1;
}

static void write_held(struct console *console)
{
	size_t size = console->nr_held;

	write_log(console);
	console->nr_held = 0;
	if (console->out < 0 || console->out_error ||
	    !write_all(console, console->out, console->held, size))
		return;
	console->out_error = errno;
	console->tell(console->opaque, CONSOLE_CLOSED, strerror(console->out_error));
}

static void set_timer(const struct console *console)
{
	const struct itimerspec due = { .it_value.tv_nsec = CONSOLE_DUE_NS };

	timerfd_settime(console->timer, 0, &due, NULL);
}

static void put(struct console *console, uint8_t byte)
{
	if (console->limit && console->passed == console->limit) {
		console->dropped++;
		return;
	}
	console->passed++;
	console->held[console->nr_held++] = byte;
	atomic_store(&console->in_line, byte != '\n');
	if (byte == '\n' || console->nr_held == CONSOLE_HELD) {
		write_held(console);
	} else if (!console->timed) {
		console->timed = true;
		set_timer(console);
	}
}

void console_put(struct console *console, uint8_t byte)
{
	enum panic_event event;

	pthread_mutex_lock(&console->lock);
	if (atomic_load(&console->ended)) {
		pthread_mutex_unlock(&console->lock);
		return;
	}
	put(console, byte);
	event = panic_watch(&console->panic, byte);
	if (byte == '\n' && console->last)
		memcpy(console->last[console->nr_lines++ % CONSOLE_LAST], console->panic.line,
		       PANIC_LINE);
	if (event != PANIC_NOTHING)
		console->tell(console->opaque,
			      event == PANIC_BEGINS ? CONSOLE_PANIC : CONSOLE_PANIC_END,
			      console->panic.message);
	pthread_mutex_unlock(&console->lock);
}

static bool can_write(int fd, int ms)
{
	return fd < 0 || poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, ms) > 0;
}

static bool is_ready(const struct console *console, int ms)
{
	return (console->out < 0 || can_write(console->out, ms)) &&
	       (console->log < 0 || can_write(console->log, ms));
}

void console_flush(struct console *console, int patience_s)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += patience_s;
	if (pthread_mutex_clocklock(&console->lock, CLOCK_MONOTONIC, &until)) {
		set_timer(console);
		return;
	}
	console->timed = console->nr_held && !is_ready(console, patience_s * 1000);
	if (console->timed)
		set_timer(console);
	else
		write_held(console);
	pthread_mutex_unlock(&console->lock);
}

void console_end(struct console *console, int patience_s)
{
	atomic_store(&console->ended, true);
	console_flush(console, patience_s);
}

void console_forget_panic(struct console *console)
{
	if (pthread_mutex_trylock(&console->lock))
		return;
	console->panic.message[0] = 0;
	pthread_mutex_unlock(&console->lock);
}

static void print_line(const char *line, FILE *file)
{
	char *text = xstrdup(line);

	text_clean(text);
	fprintf(file, "numavm:   %s\n", text);
	free(text);
}

void console_print_last(const struct console *console, FILE *file)
{
	unsigned long first =
		console->nr_lines < CONSOLE_LAST ? 0 : console->nr_lines - CONSOLE_LAST;
	char rest[PANIC_LINE];

	if (!console->last)
		return;
	for (unsigned long i = first; i < console->nr_lines; i++)
		print_line(console->last[i % CONSOLE_LAST], file);
	snprintf(rest, sizeof(rest), "%.*s", (int)console->panic.length, console->panic.line);
	if (rest[0])
		print_line(rest, file);
}
