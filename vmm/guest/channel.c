// SPDX-License-Identifier: MIT
#include "vmm/guest/channel.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/channel_parts.h"

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

void channel_close(struct stream *stream)
{
	ring_drop(&stream->ring, stream->ring.count);
	stream->closed = true;
}

size_t channel_input_room(const struct channel *c)
{
	const struct stream *stream = &c->streams[FRAME_STDIN];
	size_t most = FRAME_WINDOW - stream->ring.count;

	return stream->closed ? 0 : most < stream->credit ? most : stream->credit;
}

size_t channel_room(struct channel *c)
{
	size_t size;

	pthread_mutex_lock(&c->lock);
	size = channel_input_room(c);
	pthread_mutex_unlock(&c->lock);
	return size;
}

size_t channel_input(struct channel *c, const uint8_t *bytes, size_t size)
{
	struct stream *stream = &c->streams[FRAME_STDIN];
	size_t most;

	pthread_mutex_lock(&c->lock);
	most = channel_input_room(c);
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
		channel_close(stream);
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
