// SPDX-License-Identifier: MIT
#include "vmm/run/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/text.h"
#include "mem/xalloc.h"
#include "vmm/guest/channel.h"
#include "vmm/guest/command.h"
#include "vmm/run/patient.h"

struct session {
	struct channel *channel;
	struct serial *port;
	struct ending *ending;
	int input; /* stdin */
	bool poweroff;
	bool mute; /* stderr takes no warnings */
	bool kick; /* is due: the guest is to look at the fast port */
	uint8_t held[SERIAL_FIFO]; /* of the channel's bytes, what the port has not taken yet */
	size_t at, size;
	struct channel_state state; /* as the main thread last saw it */
};

static void send_to_channel(void *session, uint8_t byte)
{
	channel_receive(((struct session *)session)->channel, &byte, 1);
}

static void wake_main(void *session)
{
	ending_wake(((struct session *)session)->ending);
}

static void receive_fast(void *session, const uint8_t *bytes, size_t size)
{
	channel_receive(((struct session *)session)->channel, bytes, size);
}

static void pull_fast(void *session, uint8_t *bytes, size_t size)
{
	channel_pull(((struct session *)session)->channel, bytes, size);
}

/* In a raw terminal as well. Nobody waits twice for a stderr that takes none. */
static void tell_warning(void *session, const char *text)
{
	struct session *s = session;
	char *line = xasprintf("numavm: warning: %s", text), *whole;

	text_clean(line);
	whole = xasprintf("%s\r\n", line);
	s->mute = s->mute || patient_write(STDERR_FILENO, whole, strlen(whole));
	free(whole);
	free(line);
}

static size_t input_room(void *session)
{
	return channel_room(((struct session *)session)->channel);
}

static size_t take_input(void *session, const uint8_t *bytes, size_t size)
{
	return channel_input(((struct session *)session)->channel, bytes, size);
}

static void end_input(void *session)
{
	channel_input_end(((struct session *)session)->channel);
}

const struct input_ops session_input = { input_room, take_input, end_input };

/*
 * Pipes and terminals are shared with others, whom O_NONBLOCK would surprise, and who may be faster
 * after a poll(2): one opened anew does not share it. What cannot be opened so is read and written
 * after poll(2) alone.
 */
static int open_anew(int fd, int way)
{
	int has = fcntl(fd, F_GETFL), anew;
	char path[32];
	struct stat st;

	if (has < 0 || (has & O_ACCMODE) == (way ^ O_WRONLY) || fstat(fd, &st) ||
	    (!S_ISFIFO(st.st_mode) && !isatty(fd)))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	anew = open(path, way | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return anew < 0 ? fd : anew;
}

struct session *session_new(struct vm *vm, const struct run *run)
{
	static const struct channel_ops channel_ops = { wake_main, tell_warning };
	static const struct serial_ops port_ops = { send_to_channel, wake_main };
	static const struct fast_ops fast_ops = { receive_fast, pull_fast };
	const int fds[FRAME_STREAMS] = { -1, open_anew(STDOUT_FILENO, O_WRONLY),
					 open_anew(STDERR_FILENO, O_WRONLY), run->out_fd };
	struct session *s = xcalloc(1, sizeof(*s));

	s->ending = &vm->ending;
	s->input = open_anew(STDIN_FILENO, O_RDONLY);
	s->poweroff = run->command->poweroff;
	s->channel = channel_new(fds, run->command->key, &channel_ops, s);
	s->port = &vm->serials[MACHINE_CHANNEL];
	s->port->ops = &port_ops;
	s->port->opaque = s;
	vm->fast.ops = &fast_ops;
	vm->fast.opaque = s;
	return s;
}

int session_input_fd(const struct session *s)
{
	return s->input;
}

void session_poll(struct session *s, struct pollfd polls[SESSION_POLLS])
{
	channel_poll(s->channel, polls);
}

/* What the port does not take, it says that it has room for later, and this is called again. */
static void feed_port(struct session *s)
{
	do {
		if (s->at == s->size) {
			s->at = 0;
			s->size = channel_take(s->channel, s->held, sizeof(s->held));
		}
		s->at += serial_receive(s->port, s->held + s->at, s->size - s->at);
	} while (s->size && s->at == s->size);
}

/* A byte in the receiver wakes init, which is to look at the fast port. */
static void kick_guest(struct session *s)
{
	static const uint8_t byte = '\n';

	s->kick |= channel_kicks(s->channel);
	if (s->kick && serial_receive(s->port, &byte, 1))
		s->kick = false;
}

bool session_pump(struct session *s, const struct pollfd polls[SESSION_POLLS])
{
	channel_pump(s->channel, polls);
	channel_state(s->channel, &s->state);
	if (s->state.said.fast)
		kick_guest(s);
	else
		feed_port(s);
	if ((s->state.lost || (s->state.done && !s->poweroff)) && session_is_drained(s))
		ending_set(s->ending, OUTCOME_EXITED, "%s", "");
	return s->state.hello;
}

void session_finish(struct session *s)
{
	channel_finish(s->channel);
	wake_main(s); /* which hands it to the guest */
}

bool session_is_drained(struct session *s)
{
	return channel_drained(s->channel);
}

void session_resize(struct session *s)
{
	struct winsize size;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		channel_resize(s->channel, size.ws_row, size.ws_col);
}

int session_write_error(struct session *s)
{
	channel_state(s->channel, &s->state);
	for (unsigned int i = FRAME_STDOUT; i <= FRAME_STDERR; i++)
		if (s->state.write_error[i] && s->state.write_error[i] != EPIPE &&
		    s->state.write_error[i] != EBADF)
			return s->state.write_error[i];
	return 0;
}

const struct channel_state *session_state(struct session *s)
{
	channel_state(s->channel, &s->state);
	return &s->state;
}

void session_read_log(struct session *s, const struct ram *ram, struct klog *klog)
{
	klog_read(klog, ram, s ? session_state(s)->said.vmcoreinfo : 0);
}
