// SPDX-License-Identifier: MIT
#include "vmm/devices/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static bool leads_to(const char *path, int fd)
{
	struct stat named, open;

	return !stat(path, &named) && !fstat(fd, &open) && named.st_dev == open.st_dev &&
	       named.st_ino == open.st_ino;
}

/* What is open as stderr is shared with it: opened once more it would be emptied. */
static int open_log(const char *path)
{
	if (leads_to(path, STDERR_FILENO))
		return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
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
	if (!log_path || !strcmp(log_path, "-") || leads_to(log_path, console->out))
		return 0; /* stdout has all */
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

/* A log that cannot be written is given up, and the guest goes on. */
static void write_log(struct console *console)
{
	if (console->log < 0 || !write_all(console, console->log, console->held, console->nr_held))
		return;
	console->log_error = errno;
	close(console->log);
	console->log = -1;
}

static void write_held(struct console *console)
{
	size_t size = console->nr_held;

	write_log(console);
	console->nr_held = 0;
	if (console->out_error || !write_all(console, console->out, console->held, size))
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
	if (event != PANIC_NOTHING)
		console->tell(console->opaque,
			      event == PANIC_BEGINS ? CONSOLE_PANIC : CONSOLE_PANIC_END,
			      console->panic.message);
	pthread_mutex_unlock(&console->lock);
}

static bool can_write(int fd, int ms)
{
	return poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, ms) > 0;
}

static bool is_ready(const struct console *console, int ms)
{
	return can_write(console->out, ms) && (console->log < 0 || can_write(console->log, ms));
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
