// SPDX-License-Identifier: MIT
/* What the guest is told. */
#include <string.h>

#include "vmm/guest/channel_parts.h"

#define CREDIT_STEP (FRAME_WINDOW / 4) /* what the guest is granted anew at once */

/* Always true: there is one. */
static bool make_frame(struct channel *c, enum frame_kind kind, enum frame_stream stream,
		       const void *payload, uint16_t length)
{
	struct sender *s = &c->sender;
	size_t size = sizeof(s->header) + length;

	s->header = (struct frame_header){ .magic = FRAME_MAGIC,
					   .kind = kind,
					   .stream = stream,
					   .length = length,
					   .number = s->number++ };
	s->header.sum = frame_sum(c->frames.key, &s->header, payload);
	s->at = 0;
	s->size = (size + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
	memset(mempcpy(&s->header + 1, payload, length), 0, s->size - size);
	return true;
}

/* What there is to say of one of the guest's streams. */
static bool make_answer(struct channel *c, enum frame_stream number)
{
	struct stream *stream = &c->streams[number];
	uint32_t credit = stream->credit;

	if (stream->tell) {
		stream->tell = false;
		return make_frame(c, FRAME_CLOSED, number, "", 0);
	}
	if (stream->closed || credit < CREDIT_STEP)
		return false;
	stream->credit = 0;
	return make_frame(c, FRAME_CREDIT, number, &credit, sizeof(credit));
}

/* stdin's bytes, then its end. */
static bool make_input(struct channel *c)
{
	struct stream *stream = &c->streams[FRAME_STDIN];
	size_t size;
	const uint8_t *front = ring_front(&stream->ring, FRAME_MAX, &size);

	if (size) {
		ring_drop(&stream->ring, size);
		return make_frame(c, FRAME_DATA, FRAME_STDIN, front, size);
	}
	if (!stream->tell)
		return false;
	stream->tell = false;
	return make_frame(c, FRAME_END, FRAME_STDIN, "", 0);
}

static bool make_next(struct channel *c)
{
	if (!c->state.hello)
		return false;
	if (c->finish) {
		c->finish = false;
		return make_frame(c, FRAME_FINISH, 0, "", 0);
	}
	if (c->resize) {
		c->resize = false;
		return make_frame(c, FRAME_SIZE, 0, &c->window, sizeof(c->window));
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
	bool full, wake;

	pthread_mutex_lock(&c->lock);
	full = !channel_input_room(c);
	pull(c, bytes, size);
	wake = full && channel_input_room(c);
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
