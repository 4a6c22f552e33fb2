// SPDX-License-Identifier: MIT
#include "tests/unit/channel_ends.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static void count_wake(void *opaque)
{
	((struct ends *)opaque)->wakes++;
}

static void keep_warning(void *opaque, const char *text)
{
	struct ends *ends = opaque;

	ends->warnings++;
	snprintf(ends->warning, sizeof(ends->warning), "%s", text);
}

const struct channel_ops ends_ops = { count_wake, keep_warning };

void ends_open(struct ends *ends)
{
	int fds[FRAME_STREAMS] = { -1, -1, -1, -1 };

	*ends = (struct ends){ .out = { -1, -1, -1, -1 } };
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++) {
		int pipes[2];

		ck_assert_int_eq(pipe2(pipes, O_NONBLOCK), 0);
		ends->out[i] = pipes[0];
		fds[i] = pipes[1];
	}
	ends->channel = channel_new(fds, KEY, &ends_ops, ends);
	frames_init(&ends->frames, KEY);
}

size_t ends_make(struct ends *ends, uint8_t *at, enum frame_kind kind, enum frame_stream stream,
		 const void *payload, size_t length)
{
	struct frame_header header = { FRAME_MAGIC, kind, stream, length, ends->number++, 0 };
	size_t size = sizeof(header) + length;

	header.sum = frame_sum(KEY, &header, payload);
	memcpy(at, &header, sizeof(header));
	memcpy(at + sizeof(header), payload, length);
	memset(at + size, 0, FRAME_ALIGN);
	return (size + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
}

void ends_say(struct ends *ends, enum frame_kind kind, enum frame_stream stream,
	      const void *payload, size_t length)
{
	uint8_t bytes[sizeof(struct frame_header) + FRAME_MAX + FRAME_ALIGN];

	channel_receive(ends->channel, bytes,
			ends_make(ends, bytes, kind, stream, payload, length));
}

void ends_hello(struct ends *ends)
{
	struct frame_hello said = { .fast = 1, .release = "6.12" };

	ends_say(ends, FRAME_HELLO, 0, &said, sizeof(said));
}

const struct frame_header *ends_hear(struct ends *ends)
{
	union {
		struct frame_header header;
		uint8_t bytes[sizeof(struct frame_header) + FRAME_MAX];
	} u;
	const uint8_t *at = u.bytes;
	size_t size;

	channel_pull(ends->channel, u.bytes, sizeof(u.header));
	if (!u.header.magic)
		return NULL;
	size = (u.header.length + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
	ck_assert_uint_le(size, FRAME_MAX);
	channel_pull(ends->channel, u.bytes + sizeof(u.header), size);
	size = sizeof(u.header) + u.header.length;
	ck_assert(frames_next(&ends->frames, &at, &size));
	ck_assert_uint_eq(ends->frames.garbage + ends->frames.lost, 0);
	return &ends->frames.header;
}

struct channel_state ends_state(struct ends *ends)
{
	struct channel_state state;

	channel_state(ends->channel, &state);
	return state;
}
