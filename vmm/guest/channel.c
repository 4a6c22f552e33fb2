// SPDX-License-Identifier: MIT
#include "vmm/guest/channel.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/frames.h"
#include "vmm/guest/ring.h"

#define WARNING_SIZE 256
#define CREDIT_STEP (FRAME_WINDOW / 4) /* what the guest is granted anew at once */

/* A stream; of stdin @ring goes to the guest, of the others it comes from there. */
struct stream {
	struct ring ring;
	int fd; /* main thread's; -1: nowhere */
	bool closed; /* its receiver takes no more */
	bool tell; /* the guest is to know: CLOSED, or stdin's END */
	uint32_t credit; /* stdin: granted by the guest; others: to be granted to it */
};

/* What goes to the guest, frame by frame; with the lock. */
struct sender {
	uint32_t number;
	size_t at, size; /* of frame */
	union {
		struct frame_header header;
		uint8_t frame[sizeof(struct frame_header) + FRAME_MAX + FRAME_ALIGN];
	};
};

struct channel {
	const struct channel_ops *ops;
	void *opaque;

	pthread_mutex_t receiving; /* around the other lock */
	struct frames frames;

	pthread_mutex_t lock;
	struct channel_state state;
	struct stream streams[FRAME_STREAMS];
	struct sender sender;
	struct frame_size window;
	bool resize, finish; /* to be told */
	bool idle; /* the guest has pulled all, and waits for a kick */
	size_t zeroes; /* that it has yet to pull of a header */
	char warnings[CHANNEL_WARNINGS][WARNING_SIZE];
	unsigned int nr_warnings, told_warnings;
};

struct channel *channel_new(const int fds[FRAME_STREAMS], uint32_t key,
			    const struct channel_ops *ops, void *opaque)
{
	struct channel *c = xcalloc(1, sizeof(*c));

	c->ops = ops;
	c->opaque = opaque;
	c->idle = true;
	pthread_mutex_init(&c->receiving, NULL);
	pthread_mutex_init(&c->lock, NULL);
	frames_init(&c->frames, key);
	for (unsigned int i = 0; i < FRAME_STREAMS; i++)
		c->streams[i].fd = fds[i];
	return c;
}

void channel_free(struct channel *c)
{
	free(c);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static bool note_once(bool *flag, double *at)
{
	if (*flag)
		return false;
	*flag = true;
	*at = now();
	return true;
}

/* Up to @size bytes with a 0, of a payload after its first @from bytes. */
static void copy_text(char *text, size_t size, const struct frame_header *header, size_t from)
{
	snprintf(text, size, "%.*s", (int)(header->length - from),
		 (const char *)(header + 1) + from);
}

static void drop_all(struct stream *stream)
{
	ring_drop(&stream->ring, stream->ring.count);
	stream->closed = true;
}

static bool on_data(struct channel *c, const struct frame_header *header)
{
	struct stream *stream = &c->streams[header->stream];
	bool was_empty = !stream->ring.count;

	if (header->stream == FRAME_STDIN || stream->closed)
		return false;
	if (stream->fd < 0)
		stream->credit += header->length;
	else if (ring_put(&stream->ring, (const uint8_t *)(header + 1), header->length) <
		 header->length)
		c->state.lost++;
	return was_empty;
}

static bool on_credit(struct channel *c, const struct frame_header *header)
{
	struct stream *stream = &c->streams[FRAME_STDIN];
	uint32_t more;

	if (header->stream != FRAME_STDIN || header->length != sizeof(more))
		return false;
	memcpy(&more, header + 1, sizeof(more));
	stream->credit += more < UINT32_MAX - stream->credit ? more : UINT32_MAX - stream->credit;
	return true;
}

static bool on_hello(struct channel *c, const struct frame_header *header)
{
	struct channel_state *state = &c->state;

	if (header->length != sizeof(state->said) || !note_once(&state->hello, &state->hello_at))
		return false;
	memcpy(&state->said, header + 1, sizeof(state->said));
	state->said.release[sizeof(state->said.release) - 1] = 0;
	return true;
}

static bool on_exit_frame(struct channel *c, const struct frame_header *header)
{
	struct channel_state *state = &c->state;

	if (header->length < sizeof(state->end) || !note_once(&state->exit, &state->exit_at))
		return false;
	memcpy(&state->end, header + 1, sizeof(state->end));
	if (!state->error[0])
		copy_text(state->error, sizeof(state->error), header, sizeof(state->end));
	return true;
}

static bool on_warning(struct channel *c, const struct frame_header *header)
{
	if (c->nr_warnings == CHANNEL_WARNINGS)
		return false;
	copy_text(c->warnings[c->nr_warnings++], WARNING_SIZE, header, 0);
	return true;
}

/* Returns whether the main thread has something to do for it. What may not be said is ignored. */
static bool on_frame(struct channel *c, const struct frame_header *header)
{
	struct channel_state *state = &c->state;

	if (state->done || (!state->hello && header->kind != FRAME_HELLO))
		return false;
	switch (header->kind) {
	case FRAME_DATA:
		return on_data(c, header);
	case FRAME_CREDIT:
		return on_credit(c, header);
	case FRAME_CLOSED:
		if (header->stream == FRAME_STDIN)
			drop_all(&c->streams[FRAME_STDIN]);
		return false;
	case FRAME_HELLO:
		return on_hello(c, header);
	case FRAME_START:
		return note_once(&state->start, &state->start_at);
	case FRAME_EXIT:
		return on_exit_frame(c, header);
	case FRAME_ERROR:
		if (!state->error[0])
			copy_text(state->error, sizeof(state->error), header, 0);
		return false;
	case FRAME_WARNING:
		return on_warning(c, header);
	case FRAME_DONE:
		state->done = true;
		return true;
	default:
		return false;
	}
}

void channel_receive(struct channel *c, const uint8_t *bytes, size_t size)
{
	bool wake = false;

	pthread_mutex_lock(&c->receiving);
	while (frames_next(&c->frames, &bytes, &size)) {
		pthread_mutex_lock(&c->lock);
		wake |= on_frame(c, &c->frames.header);
		c->state.lost += c->frames.lost;
		c->state.garbage += c->frames.garbage;
		c->frames.lost = c->frames.garbage = 0;
		pthread_mutex_unlock(&c->lock);
	}
	pthread_mutex_unlock(&c->receiving);
	if (wake)
		c->ops->wake(c->opaque);
}

/* Room for a payload of the frame that is made next. */
static void *payload(struct channel *c)
{
	return &c->sender.header + 1;
}

static void make_frame(struct channel *c, enum frame_kind kind, enum frame_stream stream,
		       uint16_t length)
{
	struct sender *s = &c->sender;
	size_t size = sizeof(s->header) + length;

	s->header = (struct frame_header){ .magic = FRAME_MAGIC,
					   .kind = kind,
					   .stream = stream,
					   .length = length,
					   .number = s->number++ };
	s->header.sum = frame_sum(c->frames.key, &s->header, &s->header + 1);
	s->at = 0;
	s->size = (size + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
	memset(s->frame + size, 0, s->size - size);
}

/* What there is to say of one of the guest's streams. */
static bool make_answer(struct channel *c, enum frame_stream number)
{
	struct stream *stream = &c->streams[number];

	if (stream->tell) {
		stream->tell = false;
		make_frame(c, FRAME_CLOSED, number, 0);
		return true;
	}
	if (stream->closed || stream->credit < CREDIT_STEP)
		return false;
	memcpy(payload(c), &stream->credit, sizeof(stream->credit));
	stream->credit = 0;
	make_frame(c, FRAME_CREDIT, number, sizeof(stream->credit));
	return true;
}

/* stdin's bytes, then its end. */
static bool make_input(struct channel *c)
{
	struct stream *stream = &c->streams[FRAME_STDIN];
	size_t size;
	const uint8_t *front = ring_front(&stream->ring, FRAME_MAX, &size);

	if (!size && !stream->tell)
		return false;
	if (!size) {
		stream->tell = false;
		make_frame(c, FRAME_END, FRAME_STDIN, 0);
		return true;
	}
	memcpy(payload(c), front, size);
	ring_drop(&stream->ring, size);
	make_frame(c, FRAME_DATA, FRAME_STDIN, size);
	return true;
}

static bool make_next(struct channel *c)
{
	if (!c->state.hello)
		return false;
	if (c->finish) {
		c->finish = false;
		make_frame(c, FRAME_FINISH, 0, 0);
		return true;
	}
	if (c->resize) {
		c->resize = false;
		memcpy(payload(c), &c->window, sizeof(c->window));
		make_frame(c, FRAME_SIZE, 0, sizeof(c->window));
		return true;
	}
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++)
		if (make_answer(c, i))
			return true;
	return make_input(c);
}

static bool has_more(struct channel *c)
{
	return c->sender.at < c->sender.size || make_next(c);
}

static size_t room(const struct stream *stream)
{
	size_t waits = stream->ring.count, most = FRAME_WINDOW - waits;

	return stream->closed ? 0 : most < stream->credit ? most : stream->credit;
}

/* With the lock. */
static size_t take_frames(struct channel *c, uint8_t *bytes, size_t size)
{
	struct sender *s = &c->sender;
	size_t taken = 0;

	while (taken < size && has_more(c)) {
		size_t left = s->size - s->at, part = size - taken < left ? size - taken : left;

		memcpy(bytes + taken, s->frame + s->at, part);
		s->at += part;
		taken += part;
	}
	return taken;
}

/* Zeroes come as whole headers, or a frame could begin in the middle of one that is read. */
static void pull(struct channel *c, uint8_t *bytes, size_t size)
{
	while (size) {
		size_t part = size < c->zeroes ? size : c->zeroes;

		memset(bytes, 0, part);
		c->zeroes -= part;
		if (!part)
			part = take_frames(c, bytes, size);
		if (!part) {
			c->zeroes = sizeof(struct frame_header);
			c->idle = true;
		}
		bytes += part;
		size -= part;
	}
}

size_t channel_take(struct channel *c, uint8_t *bytes, size_t size)
{
	pthread_mutex_lock(&c->lock);
	size = take_frames(c, bytes, size);
	pthread_mutex_unlock(&c->lock);
	return size;
}

void channel_pull(struct channel *c, uint8_t *bytes, size_t size)
{
	const struct stream *input = &c->streams[FRAME_STDIN];
	bool full, wake;

	pthread_mutex_lock(&c->lock);
	full = !room(input);
	pull(c, bytes, size);
	wake = full && room(input);
	pthread_mutex_unlock(&c->lock);
	if (wake)
		c->ops->wake(c->opaque);
}

bool channel_kicks(struct channel *c)
{
	bool kicks;

	pthread_mutex_lock(&c->lock);
	kicks = c->idle && has_more(c);
	if (kicks)
		c->idle = false;
	pthread_mutex_unlock(&c->lock);
	return kicks;
}

size_t channel_room(struct channel *c)
{
	size_t size;

	pthread_mutex_lock(&c->lock);
	size = room(&c->streams[FRAME_STDIN]);
	pthread_mutex_unlock(&c->lock);
	return size;
}

size_t channel_input(struct channel *c, const uint8_t *bytes, size_t size)
{
	struct stream *stream = &c->streams[FRAME_STDIN];
	size_t most;

	pthread_mutex_lock(&c->lock);
	most = room(stream);
	size = ring_put(&stream->ring, bytes, size < most ? size : most);
	stream->credit -= size;
	pthread_mutex_unlock(&c->lock);
	return size;
}

void channel_input_end(struct channel *c)
{
	pthread_mutex_lock(&c->lock);
	c->streams[FRAME_STDIN].tell = !c->streams[FRAME_STDIN].closed;
	pthread_mutex_unlock(&c->lock);
}

void channel_poll(struct channel *c, struct pollfd polls[FRAME_STREAMS])
{
	pthread_mutex_lock(&c->lock);
	for (unsigned int i = 0; i < FRAME_STREAMS; i++) {
		bool waits = i != FRAME_STDIN && c->streams[i].ring.count;

		polls[i] = (struct pollfd){ waits ? c->streams[i].fd : -1, POLLOUT, 0 };
	}
	pthread_mutex_unlock(&c->lock);
}

/* The bytes stay where they are without the lock: who else there is only adds to them. */
static void write_stream(struct channel *c, unsigned int number)
{
	struct stream *stream = &c->streams[number];
	const uint8_t *front;
	ssize_t written;
	size_t size;

	pthread_mutex_lock(&c->lock);
	front = ring_front(&stream->ring, PIPE_BUF, &size);
	pthread_mutex_unlock(&c->lock);
	written = write(stream->fd, front, size);
	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	pthread_mutex_lock(&c->lock);
	if (written < 0) {
		c->state.write_error[number] = errno;
		drop_all(stream);
		stream->tell = true;
	} else {
		ring_drop(&stream->ring, written);
		stream->credit += written;
	}
	pthread_mutex_unlock(&c->lock);
}

/* Those that are there stay as they are, and are read without the lock. */
static void tell_warnings(struct channel *c)
{
	unsigned int nr;

	pthread_mutex_lock(&c->lock);
	nr = c->nr_warnings;
	pthread_mutex_unlock(&c->lock);
	while (c->told_warnings < nr)
		c->ops->warn(c->opaque, c->warnings[c->told_warnings++]);
}

void channel_pump(struct channel *c, const struct pollfd polls[FRAME_STREAMS])
{
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++)
		if (polls[i].fd >= 0 && polls[i].revents)
			write_stream(c, i);
	tell_warnings(c);
}

void channel_resize(struct channel *c, uint16_t rows, uint16_t columns)
{
	pthread_mutex_lock(&c->lock);
	c->window = (struct frame_size){ rows, columns };
	c->resize = true;
	pthread_mutex_unlock(&c->lock);
}

void channel_finish(struct channel *c)
{
	pthread_mutex_lock(&c->lock);
	c->finish = true;
	c->state.cut = !c->state.exit;
	pthread_mutex_unlock(&c->lock);
}

void channel_state(struct channel *c, struct channel_state *state)
{
	pthread_mutex_lock(&c->lock);
	*state = c->state;
	pthread_mutex_unlock(&c->lock);
}

bool channel_drained(struct channel *c)
{
	bool drained = true;

	pthread_mutex_lock(&c->lock);
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++)
		drained &= !c->streams[i].ring.count;
	pthread_mutex_unlock(&c->lock);
	return drained;
}
