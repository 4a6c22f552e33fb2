// SPDX-License-Identifier: MIT
/* The channel's host end, with a guest's end that says what it likes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/channel.h"
#include "vmm/guest/frames.h"

#define KEY 0x1234abcd

/* Both ends: the host's is channel, the guest's are the numbers and frames. */
struct ends {
	struct channel *channel;
	int out[FRAME_STREAMS]; /* what is read of the streams; -1: nowhere */
	unsigned int wakes, warnings;
	char warning[300];
	uint32_t number; /* of the guest's next frame */
	struct frames frames; /* the host's */
};

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

static void open_ends(struct ends *ends)
{
	static const struct channel_ops ops = { count_wake, keep_warning };
	int fds[FRAME_STREAMS] = { -1, -1, -1, -1 };

	*ends = (struct ends){ .out = { -1, -1, -1, -1 } };
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++) {
		int pipes[2];

		ck_assert_int_eq(pipe2(pipes, O_NONBLOCK), 0);
		ends->out[i] = pipes[0];
		fds[i] = pipes[1];
	}
	ends->channel = channel_new(fds, KEY, &ops, ends);
	frames_init(&ends->frames, KEY);
}

/* A frame of the guest's, with its zeroes, at @at, which has room. Returns its size. */
static size_t make(struct ends *ends, uint8_t *at, enum frame_kind kind, enum frame_stream stream,
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

static void say(struct ends *ends, enum frame_kind kind, enum frame_stream stream,
		const void *payload, size_t length)
{
	uint8_t bytes[sizeof(struct frame_header) + FRAME_MAX + FRAME_ALIGN];

	channel_receive(ends->channel, bytes, make(ends, bytes, kind, stream, payload, length));
}

static void say_text(struct ends *ends, enum frame_kind kind, enum frame_stream stream,
		     const char *text)
{
	say(ends, kind, stream, text, strlen(text));
}

static void hello(struct ends *ends)
{
	struct frame_hello said = { .version = FRAME_VERSION, .fast = 1, .release = "6.12" };

	say(ends, FRAME_HELLO, 0, &said, sizeof(said));
}

/* The next frame that the host says, or NULL when it has nothing to say. */
static const struct frame_header *hear(struct ends *ends)
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

static void hear_credit(struct ends *ends, enum frame_stream stream, uint32_t bytes)
{
	const struct frame_header *header = hear(ends);

	ck_assert_ptr_nonnull(header);
	ck_assert_uint_eq(header->kind, FRAME_CREDIT);
	ck_assert_uint_eq(header->stream, stream);
	ck_assert_uint_eq(le((const uint8_t *)(header + 1), 4), bytes);
}

/* Once round the main thread's wait. */
static void pump(struct ends *ends)
{
	struct pollfd polls[FRAME_STREAMS];

	channel_poll(ends->channel, polls);
	ck_assert_int_ge(poll(polls, FRAME_STREAMS, 0), 0);
	channel_pump(ends->channel, polls);
}

static size_t read_stream(struct ends *ends, enum frame_stream stream, void *to, size_t size)
{
	ssize_t got = read(ends->out[stream], to, size);

	return got < 0 ? 0 : got;
}

static void expect(struct ends *ends, enum frame_stream stream, const char *text)
{
	char got[100] = "";

	read_stream(ends, stream, got, sizeof(got) - 1);
	ck_assert_str_eq(got, text);
}

static struct channel_state state_of(struct ends *ends)
{
	struct channel_state state;

	channel_state(ends->channel, &state);
	return state;
}

START_TEST(a_session)
{
	struct frame_exit end = { .code = 7 };
	struct channel_state state;
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	say(&ends, FRAME_START, 0, "", 0);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "out\n");
	say_text(&ends, FRAME_DATA, FRAME_STDERR, "err\n");
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "more\n");
	ck_assert(!channel_drained(ends.channel));
	pump(&ends);
	ck_assert(channel_drained(ends.channel));
	expect(&ends, FRAME_STDOUT, "out\nmore\n");
	expect(&ends, FRAME_STDERR, "err\n");
	state = state_of(&ends);
	ck_assert(state.hello && state.start && !state.exit && !state.done);
	ck_assert_str_eq(state.said.release, "6.12");
	ck_assert(state.start_at >= state.hello_at && state.hello_at > 0);
	say(&ends, FRAME_EXIT, 0, &end, sizeof(end));
	say_text(&ends, FRAME_DATA, FRAME_FILES, "archive");
	say(&ends, FRAME_DONE, 0, "", 0);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "after the last");
	pump(&ends);
	expect(&ends, FRAME_FILES, "archive");
	expect(&ends, FRAME_STDOUT, "");
	state = state_of(&ends);
	ck_assert(state.exit && state.done);
	ck_assert_uint_eq(state.end.code, 7);
	ck_assert_uint_eq(state.garbage + state.lost, 0);
	ck_assert_ptr_null(hear(&ends));
	channel_free(ends.channel);
}
END_TEST

/* All that comes before HELLO is nobody's word; of two the first counts. */
START_TEST(hello_comes_first_and_once)
{
	struct frame_hello other = { .release = "another" };
	struct ends ends;

	open_ends(&ends);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "early");
	say(&ends, FRAME_DONE, 0, "", 0);
	channel_resize(ends.channel, 24, 80);
	ck_assert(!channel_kicks(ends.channel));
	ck_assert_ptr_null(hear(&ends));
	hello(&ends);
	say(&ends, FRAME_HELLO, 0, &other, sizeof(other));
	pump(&ends);
	expect(&ends, FRAME_STDOUT, "");
	ck_assert_str_eq(state_of(&ends).said.release, "6.12");
	ck_assert(!state_of(&ends).done);
	ck_assert(channel_kicks(ends.channel));
	ck_assert(!channel_kicks(ends.channel));
	ck_assert_uint_eq(hear(&ends)->kind, FRAME_SIZE);
	ck_assert_ptr_null(hear(&ends));
	channel_free(ends.channel);
}
END_TEST

/* What is lost is counted by numbers, and what is no frame is passed over, whatever is in it. */
START_TEST(garbage_between_frames)
{
	static const char noise[] = "[    1.0] a kernel's line\nNVM1NVM1NVM1NVM1";
	uint8_t bytes[3 * (sizeof(struct frame_header) + FRAME_ALIGN + 16)];
	struct channel_state state;
	struct ends ends;
	size_t size;

	open_ends(&ends);
	hello(&ends);
	channel_receive(ends.channel, (const uint8_t *)noise, strlen(noise));
	size = make(&ends, bytes, FRAME_DATA, FRAME_STDOUT, "one ", 4);
	/* One that is damaged, and hides a whole one. */
	size += make(&ends, bytes + size, FRAME_DATA, FRAME_STDOUT, "lost", 4);
	bytes[size - FRAME_ALIGN] ^= 1;
	size += make(&ends, bytes + size, FRAME_DATA, FRAME_STDOUT, "two", 3);
	for (size_t i = 0; i < size; i++)
		channel_receive(ends.channel, bytes + i, 1);
	pump(&ends);
	expect(&ends, FRAME_STDOUT, "one two");
	state = state_of(&ends);
	ck_assert_uint_eq(state.lost, 1);
	ck_assert_uint_ge(state.garbage, strlen(noise));
	ck_assert_uint_le(state.garbage, strlen(noise) + sizeof(struct frame_header) + 4);
	channel_free(ends.channel);
}
END_TEST

/* A header that claims more than there can be, and one whose frame never comes whole. */
START_TEST(lengths_are_not_trusted)
{
	struct frame_header header = { FRAME_MAGIC, FRAME_DATA, FRAME_STDOUT, 0xffff, 0, 0 };
	struct ends ends;
	uint8_t filler[FRAME_MAX];

	memset(filler, 'x', sizeof(filler));
	open_ends(&ends);
	hello(&ends);
	channel_receive(ends.channel, (const uint8_t *)&header, sizeof(header));
	channel_receive(ends.channel, filler, sizeof(filler));
	header.length = FRAME_MAX;
	channel_receive(ends.channel, (const uint8_t *)&header, sizeof(header));
	for (unsigned int i = 0; i < FRAME_MAX / sizeof(header); i++)
		channel_receive(ends.channel, (const uint8_t *)&header, sizeof(header));
	channel_receive(ends.channel, filler, sizeof(filler));
	channel_receive(ends.channel, filler, sizeof(filler));
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "here");
	pump(&ends);
	expect(&ends, FRAME_STDOUT, "here");
	channel_free(ends.channel);
}
END_TEST

/* stdout's reader takes its time: nothing is lost, and the guest is granted what was written. */
START_TEST(a_reader_that_stops)
{
	uint8_t chunk[FRAME_MAX], got[FRAME_MAX];
	size_t sent = 0, received = 0, granted = FRAME_WINDOW;
	const struct frame_header *header;
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	while (received < 1000000) {
		while (sent + FRAME_MAX <= granted) {
			memset(chunk, sent / FRAME_MAX * 7, sizeof(chunk));
			say(&ends, FRAME_DATA, FRAME_STDOUT, chunk, sizeof(chunk));
			sent += sizeof(chunk);
		}
		for (unsigned int i = 0; i < 40; i++)
			pump(&ends);
		ck_assert_uint_eq(read_stream(&ends, FRAME_STDOUT, got, sizeof(got)), sizeof(got));
		memset(chunk, received / FRAME_MAX * 7, sizeof(chunk));
		ck_assert_mem_eq(got, chunk, sizeof(got));
		received += sizeof(got);
		while ((header = hear(&ends))) {
			ck_assert_uint_eq(header->kind, FRAME_CREDIT);
			granted += le((const uint8_t *)(header + 1), 4);
		}
	}
	ck_assert_uint_eq(state_of(&ends).lost, 0);
	channel_free(ends.channel);
}
END_TEST

/* Who sends more than was granted loses it, and nobody else does. */
START_TEST(more_than_was_granted)
{
	uint8_t chunk[FRAME_MAX] = { 1 };
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	for (unsigned int i = 0; i < 2 * FRAME_WINDOW / FRAME_MAX; i++)
		say(&ends, FRAME_DATA, FRAME_STDOUT, chunk, sizeof(chunk));
	say_text(&ends, FRAME_DATA, FRAME_STDERR, "whole");
	ck_assert_uint_eq(state_of(&ends).lost, FRAME_WINDOW / FRAME_MAX);
	pump(&ends);
	expect(&ends, FRAME_STDERR, "whole");
	channel_free(ends.channel);
}
END_TEST

START_TEST(a_reader_that_goes_away)
{
	const struct frame_header *header;
	struct ends ends;

	signal(SIGPIPE, SIG_IGN);
	open_ends(&ends);
	hello(&ends);
	close(ends.out[FRAME_STDOUT]);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "to nobody");
	pump(&ends);
	ck_assert(channel_drained(ends.channel));
	header = hear(&ends);
	ck_assert_uint_eq(header->kind, FRAME_CLOSED);
	ck_assert_uint_eq(header->stream, FRAME_STDOUT);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "to nobody");
	ck_assert(channel_drained(ends.channel));
	ck_assert_ptr_null(hear(&ends));
	ck_assert_int_eq(state_of(&ends).write_error[FRAME_STDOUT], EPIPE);
	channel_free(ends.channel);
}
END_TEST

/* A stream that goes nowhere takes all, for ever. */
START_TEST(a_stream_to_nowhere)
{
	static const struct channel_ops ops = { count_wake, keep_warning };
	const int fds[FRAME_STREAMS] = { -1, -1, -1, -1 };
	uint8_t chunk[FRAME_MAX] = { 1 };
	struct ends ends = { 0 };

	ends.channel = channel_new(fds, KEY, &ops, &ends);
	frames_init(&ends.frames, KEY);
	hello(&ends);
	for (unsigned int i = 0; i < 4; i++)
		say(&ends, FRAME_DATA, FRAME_FILES, chunk, sizeof(chunk));
	ck_assert(channel_drained(ends.channel));
	ck_assert(channel_kicks(ends.channel));
	hear_credit(&ends, FRAME_FILES, 4 * FRAME_MAX);
	channel_free(ends.channel);
}
END_TEST

START_TEST(input_as_it_is_granted)
{
	static const uint8_t bytes[5000] = "in";
	const struct frame_header *header;
	uint32_t grant = 4100;
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	ck_assert_uint_eq(channel_input(ends.channel, bytes, 1), 0);
	say(&ends, FRAME_CREDIT, FRAME_STDIN, &grant, sizeof(grant));
	ck_assert_uint_eq(ends.wakes, 2);
	ck_assert_uint_eq(channel_room(ends.channel), grant);
	ck_assert_uint_eq(channel_input(ends.channel, bytes, sizeof(bytes)), grant);
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	channel_input_end(ends.channel);
	ck_assert(channel_kicks(ends.channel));
	header = hear(&ends);
	ck_assert_uint_eq(header->length, FRAME_MAX);
	ck_assert_mem_eq(header + 1, bytes, FRAME_MAX);
	header = hear(&ends);
	ck_assert_uint_eq(header->kind, FRAME_DATA);
	ck_assert_uint_eq(header->length, 4);
	header = hear(&ends);
	ck_assert_uint_eq(header->kind, FRAME_END);
	ck_assert_uint_eq(header->stream, FRAME_STDIN);
	ck_assert_ptr_null(hear(&ends));
	channel_free(ends.channel);
}
END_TEST

/* Where there was no room for more of stdin, the main thread is told once the guest makes some. */
START_TEST(input_that_waits_for_room)
{
	static const uint8_t bytes[FRAME_WINDOW];
	uint32_t grant = 2 * FRAME_WINDOW;
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	say(&ends, FRAME_CREDIT, FRAME_STDIN, &grant, sizeof(grant));
	ck_assert_uint_eq(channel_input(ends.channel, bytes, sizeof(bytes)), sizeof(bytes));
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	ends.wakes = 0;
	ck_assert_uint_eq(hear(&ends)->length, FRAME_MAX);
	ck_assert_uint_eq(ends.wakes, 1);
	ck_assert_uint_eq(hear(&ends)->length, FRAME_MAX);
	ck_assert_uint_eq(ends.wakes, 1);
	ck_assert_uint_eq(channel_room(ends.channel), 2 * FRAME_MAX);
	channel_free(ends.channel);
}
END_TEST

/* Whoever reads a header at a time, in whatever accesses, finds a frame only at its beginning. */
START_TEST(zeroes_come_as_headers)
{
	uint8_t bytes[sizeof(struct frame_header)] = { 0 };
	struct frame_header header;
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	channel_pull(ends.channel, bytes, 4);
	channel_resize(ends.channel, 24, 80);
	ck_assert(channel_kicks(ends.channel));
	channel_pull(ends.channel, bytes + 4, 12);
	for (size_t i = 0; i < sizeof(bytes); i++)
		ck_assert_uint_eq(bytes[i], 0);
	channel_pull(ends.channel, (uint8_t *)&header, sizeof(header));
	ck_assert_uint_eq(header.magic, FRAME_MAGIC);
	ck_assert_uint_eq(header.kind, FRAME_SIZE);
	channel_free(ends.channel);
}
END_TEST

/* On the way that is pushed there are no zeroes but those of a frame. */
START_TEST(the_pushed_way)
{
	uint8_t bytes[100];
	struct ends ends;

	open_ends(&ends);
	channel_resize(ends.channel, 24, 80);
	ck_assert_uint_eq(channel_take(ends.channel, bytes, sizeof(bytes)), 0);
	hello(&ends);
	channel_finish(ends.channel);
	ck_assert_uint_eq(channel_take(ends.channel, bytes, 10), 10);
	ck_assert_uint_eq(channel_take(ends.channel, bytes + 10, sizeof(bytes) - 10), 16 + 24 - 10);
	ck_assert_uint_eq(bytes[4], FRAME_FINISH);
	ck_assert_uint_eq(bytes[16 + 4], FRAME_SIZE);
	ck_assert_uint_eq(bytes[32], 24);
	ck_assert_uint_eq(bytes[34], 80);
	ck_assert_uint_eq(channel_take(ends.channel, bytes, sizeof(bytes)), 0);
	channel_free(ends.channel);
}
END_TEST

START_TEST(grants_do_not_overflow)
{
	uint32_t grant = UINT32_MAX - 1;
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	for (unsigned int i = 0; i < 3; i++)
		say(&ends, FRAME_CREDIT, FRAME_STDIN, &grant, sizeof(grant));
	ck_assert_uint_eq(channel_room(ends.channel), FRAME_WINDOW);
	say(&ends, FRAME_CLOSED, FRAME_STDIN, "", 0);
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	channel_free(ends.channel);
}
END_TEST

START_TEST(warnings_without_end)
{
	char text[FRAME_MAX];
	struct ends ends;

	memset(text, 'w', sizeof(text));
	open_ends(&ends);
	hello(&ends);
	for (unsigned int i = 0; i < 1000; i++)
		say(&ends, FRAME_WARNING, 0, text, sizeof(text));
	pump(&ends);
	pump(&ends);
	ck_assert_uint_eq(ends.warnings, CHANNEL_WARNINGS);
	ck_assert_uint_lt(strlen(ends.warning), 256);
	channel_free(ends.channel);
}
END_TEST

START_TEST(the_reason_of_an_end)
{
	uint8_t text[sizeof(struct frame_exit) + 9] = { 127 };
	struct ends ends;

	open_ends(&ends);
	hello(&ends);
	say(&ends, FRAME_EXIT, 0, text, 3);
	ck_assert(!state_of(&ends).exit);
	memcpy(text + sizeof(struct frame_exit), "not found", 9);
	say(&ends, FRAME_EXIT, 0, text, sizeof(text));
	say(&ends, FRAME_EXIT, 0, "\1\0\0\0\0\0\0\0", 8);
	ck_assert_uint_eq(state_of(&ends).end.code, 127);
	ck_assert_str_eq(state_of(&ends).error, "not found");
	channel_free(ends.channel);
}
END_TEST

START_TEST(finish_is_said_once)
{
	struct channel_state state;
	struct ends ends;

	open_ends(&ends);
	channel_finish(ends.channel);
	hello(&ends);
	ck_assert_uint_eq(hear(&ends)->kind, FRAME_FINISH);
	ck_assert_ptr_null(hear(&ends));
	channel_state(ends.channel, &state);
	ck_assert(state.cut);
	channel_free(ends.channel);
}
END_TEST

Suite *channel_suite(void)
{
	Suite *s = suite_create("channel");
	TCase *tc = tcase_create("channel");

	tcase_add_test(tc, a_session);
	tcase_add_test(tc, hello_comes_first_and_once);
	tcase_add_test(tc, garbage_between_frames);
	tcase_add_test(tc, lengths_are_not_trusted);
	tcase_add_test(tc, a_reader_that_stops);
	tcase_add_test(tc, more_than_was_granted);
	tcase_add_test(tc, a_reader_that_goes_away);
	tcase_add_test(tc, a_stream_to_nowhere);
	tcase_add_test(tc, input_as_it_is_granted);
	tcase_add_test(tc, input_that_waits_for_room);
	tcase_add_test(tc, zeroes_come_as_headers);
	tcase_add_test(tc, the_pushed_way);
	tcase_add_test(tc, grants_do_not_overflow);
	tcase_add_test(tc, warnings_without_end);
	tcase_add_test(tc, the_reason_of_an_end);
	tcase_add_test(tc, finish_is_said_once);
	suite_add_tcase(s, tc);
	return s;
}
