// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "vmm/guest/init/link.h"
#include "vmm/guest/init/stream.h"

#define TTY_WINDOW 2048 /* half of what n_tty holds, so that frames of other kinds fit too */
#define FINISH_SECONDS 1 /* for the killed command to go */

struct sender {
	int fd; /* -1: closed */
	bool refused; /* the host takes no more */
	uint32_t credit;
};

static struct {
	pid_t pid;
	bool terminal, exited, finish;
	int status;
	struct sender from[FRAME_STREAMS]; /* all but stdin */
	struct {
		int fd; /* -1: closed */
		bool ended;
		uint32_t granted; /* bytes that may still come */
		size_t start, length;
		uint8_t bytes[FRAME_WINDOW];
	} in;
} streams;

static void interrupt(int signal)
{
	(void)signal;
}

void stream_begin(void)
{
	struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_NOCLDSTOP };
	sigset_t all;
	int i;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigaction(SIGCHLD, &action, NULL);
	for (i = FRAME_STDOUT; i < FRAME_STREAMS; i++)
		streams.from[i] = (struct sender){ .fd = -1, .credit = FRAME_WINDOW };
	streams.in.fd = -1;
}

/* ---- stdin ---- */

static void close_input(void)
{
	if (streams.in.fd >= 0)
		close(streams.in.fd);
	streams.in.fd = -1;
	streams.in.length = 0;
}

/* As it is written: no more is asked for than there is room for. */
static void grant_input(void)
{
	uint32_t window = link_is_fast() ? FRAME_WINDOW : TTY_WINDOW, room;

	if (streams.in.fd < 0 || streams.in.ended)
		return;
	room = window - streams.in.length - streams.in.granted;
	if (room < window / 2)
		return;
	streams.in.granted += room;
	link_send(FRAME_CREDIT, FRAME_STDIN, &room, sizeof(room));
}

static void take_input(const uint8_t *bytes, size_t size)
{
	if (streams.in.fd < 0 || size > streams.in.granted)
		return;
	streams.in.granted -= size;
	if (streams.in.start + streams.in.length + size > sizeof(streams.in.bytes)) {
		memmove(streams.in.bytes, streams.in.bytes + streams.in.start, streams.in.length);
		streams.in.start = 0;
	}
	memcpy(streams.in.bytes + streams.in.start + streams.in.length, bytes, size);
	streams.in.length += size;
}

/* A terminal has no end but the character that says so. */
static void end_input(void)
{
	struct termios settings;

	if (streams.terminal && tcgetattr(streams.in.fd, &settings) == 0)
		(void)!write(streams.in.fd, &settings.c_cc[VEOF], 1);
	close_input();
}

static void write_input(bool broken)
{
	ssize_t n = 1;

	while (streams.in.length && n > 0 && !broken) {
		n = write(streams.in.fd, streams.in.bytes + streams.in.start, streams.in.length);
		broken = n < 0 && errno != EAGAIN;
		streams.in.start += n > 0 ? n : 0;
		streams.in.length -= n > 0 ? n : 0;
	}
	if (broken) {
		close_input();
		link_send(FRAME_CLOSED, FRAME_STDIN, NULL, 0);
	} else if (streams.in.ended && !streams.in.length) {
		end_input();
	}
	grant_input();
}

/* ---- stdout and stderr ---- */

static void close_output(enum frame_stream stream)
{
	if (streams.from[stream].fd >= 0)
		close(streams.from[stream].fd);
	streams.from[stream].fd = -1;
	if (streams.terminal)
		close_input();
}

static void end_output(enum frame_stream stream)
{
	close_output(stream);
	link_send(FRAME_END, stream, NULL, 0);
}

/*
 * After the command's end only what is there counts: others may have the pipe open, and a host that
 * wants to be done may have no use for the rest.
 */
static void read_output(enum frame_stream stream)
{
	struct sender *from = &streams.from[stream];
	uint8_t bytes[FRAME_MAX];
	ssize_t n = 1;

	while (n > 0 && from->credit) {
		n = read(from->fd, bytes, from->credit < FRAME_MAX ? from->credit : FRAME_MAX);
		if (n > 0)
			link_send(FRAME_DATA, stream, bytes, n);
		from->credit -= n > 0 ? n : 0;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN) || (streams.exited && (n < 0 || streams.finish)))
		end_output(stream);
}

/* ---- what the host says ---- */

static void take_credit(enum frame_stream stream, const uint8_t *payload)
{
	uint32_t more;

	memcpy(&more, payload, sizeof(more));
	if (stream != FRAME_STDIN && more <= INT32_MAX - streams.from[stream].credit)
		streams.from[stream].credit += more;
}

static void take_closed(enum frame_stream stream)
{
	streams.from[stream].refused = true;
	if (stream != FRAME_STDIN)
		close_output(stream);
}

static void take_size(const uint8_t *payload)
{
	struct frame_size size;
	struct winsize window = { 0 };

	memcpy(&size, payload, sizeof(size));
	window.ws_row = size.rows;
	window.ws_col = size.columns;
	if (streams.terminal && streams.from[FRAME_STDOUT].fd >= 0)
		ioctl(streams.from[FRAME_STDOUT].fd, TIOCSWINSZ, &window);
}

static void take_finish(void)
{
	streams.finish = true;
	kill(-1, SIGKILL);
}

static void take_frame(const struct frame_header *header, const uint8_t *payload)
{
	if (header->stream >= FRAME_STREAMS)
		return;
	if (header->kind == FRAME_DATA && header->stream == FRAME_STDIN)
		take_input(payload, header->length);
	else if (header->kind == FRAME_END && header->stream == FRAME_STDIN)
		streams.in.ended = true;
	else if (header->kind == FRAME_CREDIT && header->length == sizeof(uint32_t))
		take_credit(header->stream, payload);
	else if (header->kind == FRAME_CLOSED)
		take_closed(header->stream);
	else if (header->kind == FRAME_SIZE && header->length == sizeof(struct frame_size))
		take_size(payload);
	else if (header->kind == FRAME_FINISH)
		take_finish();
}

/* ---- the loop ---- */

/* What the command leaves running goes with it: its files are to change no more. */
static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != streams.pid)
			continue;
		streams.exited = true;
		streams.status = status;
		kill(-1, SIGKILL);
	}
}

/* Returns how many of @polls have something to be done, 0 after FINISH_SECONDS at the end. */
static int wait_for(struct pollfd *polls, nfds_t nr)
{
	struct timespec patience = { .tv_sec = FINISH_SECONDS };
	sigset_t but_children;
	int ready;

	sigfillset(&but_children);
	sigdelset(&but_children, SIGCHLD);
	link_flush();
	ready = ppoll(polls, nr, streams.finish && !streams.exited ? &patience : NULL,
		      &but_children);
	if (ready > 0 && polls[0].revents)
		link_receive(take_frame);
	return ready;
}

static struct pollfd poll_output(enum frame_stream stream)
{
	const struct sender *from = &streams.from[stream];

	return (struct pollfd){ .fd = from->credit ? from->fd : -1, .events = POLLIN };
}

/* False when the command does not go though it was killed. */
static bool turn(void)
{
	struct pollfd polls[] = {
		{ .fd = link_fd(), .events = POLLIN },
		{ .fd = streams.in.fd, .events = streams.in.length ? POLLOUT : 0 },
		poll_output(FRAME_STDOUT),
		poll_output(FRAME_STDERR),
	};
	int ready = wait_for(polls, 4), i;

	reap();
	if (streams.in.fd >= 0)
		write_input(ready > 0 && polls[1].revents & (POLLERR | POLLHUP));
	for (i = FRAME_STDOUT; i <= FRAME_STDERR; i++)
		if (streams.from[i].fd >= 0 &&
		    (streams.exited || (ready > 0 && polls[i + 1].revents)))
			read_output(i);
	return ready;
}

int stream_run(const struct command *command)
{
	bool going = true;
	int i;

	streams.pid = command->pid;
	streams.terminal = command->terminal;
	streams.in.fd = command->fds[FRAME_STDIN];
	for (i = FRAME_STDOUT; i <= FRAME_STDERR; i++)
		streams.from[i].fd = command->fds[i];
	grant_input();
	while (going && !(streams.exited && streams.from[FRAME_STDOUT].fd < 0 &&
			  streams.from[FRAME_STDERR].fd < 0))
		going = turn();
	return streams.exited ? streams.status : -1;
}

void stream_send_files(const void *bytes, size_t size)
{
	struct sender *from = &streams.from[FRAME_FILES];
	const uint8_t *at = bytes;
	size_t part;

	while (size && !from->refused) {
		struct pollfd poll = { .fd = link_fd(), .events = POLLIN };

		if (!from->credit) {
			wait_for(&poll, 1);
			continue;
		}
		part = size < from->credit ? size : from->credit;
		part = part < FRAME_MAX ? part : FRAME_MAX;
		link_send(FRAME_DATA, FRAME_FILES, at, part);
		from->credit -= part;
		at += part;
		size -= part;
	}
}
