// SPDX-License-Identifier: MIT
/* The channel's host end: what the guest says. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/channel_ends.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static void say_text(struct ends *ends, enum frame_kind kind, enum frame_stream stream,
		     const char *text)
{
	ends_say(ends, kind, stream, text, strlen(text));
}

static void hear_credit(struct ends *ends, enum frame_stream stream, uint32_t bytes)
{
	const struct frame_header *header = ends_hear(ends);

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

START_TEST(a_session)
{
	struct frame_exit end = { .code = 7 };
	struct channel_state state;
	struct ends ends;

	ends_open(&ends);
	ends_hello(&ends);
	ends_say(&ends, FRAME_START, 0, "", 0);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "out\n");
	say_text(&ends, FRAME_DATA, FRAME_STDERR, "err\n");
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "more\n");
	ck_assert(!channel_drained(ends.channel));
	pump(&ends);
	ck_assert(channel_drained(ends.channel));
	expect(&ends, FRAME_STDOUT, "out\nmore\n");
	expect(&ends, FRAME_STDERR, "err\n");
	state = ends_state(&ends);
	ck_assert(state.hello && state.start && !state.exit && !state.done);
	ck_assert_str_eq(state.said.release, "6.12");
	ck_assert(state.start_at >= state.hello_at && state.hello_at > 0);
	ends_say(&ends, FRAME_EXIT, 0, &end, sizeof(end));
	say_text(&ends, FRAME_DATA, FRAME_FILES, "archive");
	ends_say(&ends, FRAME_DONE, 0, "", 0);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "after the last");
	pump(&ends);
	expect(&ends, FRAME_FILES, "archive");
	expect(&ends, FRAME_STDOUT, "");
	state = ends_state(&ends);
	ck_assert(state.exit && state.done);
	ck_assert_uint_eq(state.end.code, 7);
	ck_assert_uint_eq(state.garbage + state.lost, 0);
	ck_assert_ptr_null(ends_hear(&ends));
	channel_free(ends.channel);
}
END_TEST

/* All that comes before HELLO is nobody's word; of two the first counts. */
START_TEST(hello_comes_first_and_once)
{
	struct frame_hello other = { .release = "another" };
	struct ends ends;

	ends_open(&ends);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "early");
	ends_say(&ends, FRAME_DONE, 0, "", 0);
	channel_resize(ends.channel, 24, 80);
	ck_assert(!channel_kicks(ends.channel));
	ck_assert_ptr_null(ends_hear(&ends));
	ends_hello(&ends);
	ends_say(&ends, FRAME_HELLO, 0, &other, sizeof(other));
	pump(&ends);
	expect(&ends, FRAME_STDOUT, "");
	ck_assert_str_eq(ends_state(&ends).said.release, "6.12");
	ck_assert(!ends_state(&ends).done);
	ck_assert(channel_kicks(ends.channel));
	ck_assert(!channel_kicks(ends.channel));
	ck_assert_uint_eq(ends_hear(&ends)->kind, FRAME_SIZE);
	ck_assert_ptr_null(ends_hear(&ends));
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

	ends_open(&ends);
	ends_hello(&ends);
	channel_receive(ends.channel, (const uint8_t *)noise, strlen(noise));
	size = ends_make(&ends, bytes, FRAME_DATA, FRAME_STDOUT, "one ", 4);
	/* One that is damaged, and hides a whole one. */
	size += ends_make(&ends, bytes + size, FRAME_DATA, FRAME_STDOUT, "lost", 4);
	bytes[size - FRAME_ALIGN] ^= 1;
	size += ends_make(&ends, bytes + size, FRAME_DATA, FRAME_STDOUT, "two", 3);
	for (size_t i = 0; i < size; i++)
		channel_receive(ends.channel, bytes + i, 1);
	pump(&ends);
	expect(&ends, FRAME_STDOUT, "one two");
	state = ends_state(&ends);
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
	ends_open(&ends);
	ends_hello(&ends);
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

	ends_open(&ends);
	ends_hello(&ends);
	while (received < 1000000) {
		while (sent + FRAME_MAX <= granted) {
			memset(chunk, sent / FRAME_MAX * 7, sizeof(chunk));
			ends_say(&ends, FRAME_DATA, FRAME_STDOUT, chunk, sizeof(chunk));
			sent += sizeof(chunk);
		}
		for (unsigned int i = 0; i < 40; i++)
			pump(&ends);
		ck_assert_uint_eq(read_stream(&ends, FRAME_STDOUT, got, sizeof(got)), sizeof(got));
		memset(chunk, received / FRAME_MAX * 7, sizeof(chunk));
		ck_assert_mem_eq(got, chunk, sizeof(got));
		received += sizeof(got);
		while ((header = ends_hear(&ends))) {
			ck_assert_uint_eq(header->kind, FRAME_CREDIT);
			granted += le((const uint8_t *)(header + 1), 4);
		}
	}
	ck_assert_uint_eq(ends_state(&ends).lost, 0);
	channel_free(ends.channel);
}
END_TEST

/* Who sends more than was granted loses it, and nobody else does. */
START_TEST(more_than_was_granted)
{
	uint8_t chunk[FRAME_MAX] = { 1 };
	struct ends ends;

	ends_open(&ends);
	ends_hello(&ends);
	for (unsigned int i = 0; i < 2 * FRAME_WINDOW / FRAME_MAX; i++)
		ends_say(&ends, FRAME_DATA, FRAME_STDOUT, chunk, sizeof(chunk));
	say_text(&ends, FRAME_DATA, FRAME_STDERR, "whole");
	ck_assert_uint_eq(ends_state(&ends).lost, FRAME_WINDOW / FRAME_MAX);
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
	ends_open(&ends);
	ends_hello(&ends);
	close(ends.out[FRAME_STDOUT]);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "to nobody");
	pump(&ends);
	ck_assert(channel_drained(ends.channel));
	header = ends_hear(&ends);
	ck_assert_uint_eq(header->kind, FRAME_CLOSED);
	ck_assert_uint_eq(header->stream, FRAME_STDOUT);
	say_text(&ends, FRAME_DATA, FRAME_STDOUT, "to nobody");
	ck_assert(channel_drained(ends.channel));
	ck_assert_ptr_null(ends_hear(&ends));
	ck_assert_int_eq(ends_state(&ends).write_error[FRAME_STDOUT], EPIPE);
	channel_free(ends.channel);
}
END_TEST

/* A stream that goes nowhere takes all, for ever. */
START_TEST(a_stream_to_nowhere)
{
	const int fds[FRAME_STREAMS] = { -1, -1, -1, -1 };
	uint8_t chunk[FRAME_MAX] = { 1 };
	struct ends ends = { 0 };

	ends.channel = channel_new(fds, KEY, &ends_ops, &ends);
	frames_init(&ends.frames, KEY);
	ends_hello(&ends);
	for (unsigned int i = 0; i < 4; i++)
		ends_say(&ends, FRAME_DATA, FRAME_FILES, chunk, sizeof(chunk));
	ck_assert(channel_drained(ends.channel));
	ck_assert(channel_kicks(ends.channel));
	hear_credit(&ends, FRAME_FILES, 4 * FRAME_MAX);
	channel_free(ends.channel);
}
END_TEST

START_TEST(warnings_without_end)
{
	char text[FRAME_MAX];
	struct ends ends;

	memset(text, 'w', sizeof(text));
	ends_open(&ends);
	ends_hello(&ends);
	for (unsigned int i = 0; i < 1000; i++)
		ends_say(&ends, FRAME_WARNING, 0, text, sizeof(text));
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

	ends_open(&ends);
	ends_hello(&ends);
	ends_say(&ends, FRAME_EXIT, 0, text, 3);
	ck_assert(!ends_state(&ends).exit);
	memcpy(text + sizeof(struct frame_exit), "not found", 9);
	ends_say(&ends, FRAME_EXIT, 0, text, sizeof(text));
	ends_say(&ends, FRAME_EXIT, 0, "\1\0\0\0\0\0\0\0", 8);
	ck_assert_uint_eq(ends_state(&ends).end.code, 127);
	ck_assert_str_eq(ends_state(&ends).error, "not found");
	channel_free(ends.channel);
}
END_TEST

START_TEST(finish_is_said_once)
{
	struct ends ends;

	ends_open(&ends);
	channel_finish(ends.channel);
	ends_hello(&ends);
	ck_assert_uint_eq(ends_hear(&ends)->kind, FRAME_FINISH);
	ck_assert_ptr_null(ends_hear(&ends));
	ck_assert(ends_state(&ends).cut);
	channel_free(ends.channel);
}
END_TEST

/* What ends by that has not ended by itself. */
START_TEST(finish_cuts_what_runs)
{
	struct ends ends;

	ends_open(&ends);
	ends_hello(&ends);
	if (_i)
		ends_say(&ends, FRAME_EXIT, 0, &(struct frame_exit){ 0 },
			 sizeof(struct frame_exit));
	channel_finish(ends.channel);
	ck_assert_int_eq(ends_state(&ends).cut, !_i);
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
	tcase_add_test(tc, warnings_without_end);
	tcase_add_test(tc, the_reason_of_an_end);
	tcase_add_test(tc, finish_is_said_once);
	tcase_add_loop_test(tc, finish_cuts_what_runs, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
