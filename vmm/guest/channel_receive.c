// SPDX-License-Identifier: MIT
/* What the guest says. */
#include <stdio.h>
#include <string.h>

#include "mem/clock.h"
#include "vmm/guest/channel_parts.h"

static bool note_once(bool *flag, double *at)
{
	if (*flag)
		return false;
	*flag = true;
	*at = clock_seconds_since(&(struct timespec){ 0 });
	return true;
}

/* Up to @size bytes with a 0, of a payload after its first @from bytes. */
static void copy_text(char *text, size_t size, const struct frame_header *header, size_t from)
{
	snprintf(text, size, "%.*s", (int)(header->length - from),
		 (const char *)(header + 1) + from);
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
			channel_close(&c->streams[FRAME_STDIN]);
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
		wake |= on_frame(c, &c->frames.header) || c->frames.lost;
		c->state.lost += c->frames.lost;
		c->state.garbage += c->frames.garbage;
		c->frames.lost = c->frames.garbage = 0;
		pthread_mutex_unlock(&c->lock);
	}
	pthread_mutex_unlock(&c->receiving);
	if (wake)
		c->ops->wake(c->opaque);
}
