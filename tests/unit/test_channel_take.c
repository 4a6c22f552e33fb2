// SPDX-License-Identifier: MIT
/* The channel's host end: what the guest is told. */
#include "tests/unit/channel_ends.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(input_as_it_is_granted)
{
	static const uint8_t bytes[5000] = "in";
	const struct frame_header *header;
	uint32_t grant = 4100;
	struct ends ends;

	ends_open(&ends);
	ends_hello(&ends);
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	ck_assert_uint_eq(channel_input(ends.channel, bytes, 1), 0);
	ends_say(&ends, FRAME_CREDIT, FRAME_STDIN, &grant, sizeof(grant));
	ck_assert_uint_eq(ends.wakes, 2);
	ck_assert_uint_eq(channel_room(ends.channel), grant);
	ck_assert_uint_eq(channel_input(ends.channel, bytes, sizeof(bytes)), grant);
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	channel_input_end(ends.channel);
	ck_assert(channel_kicks(ends.channel));
	header = ends_hear(&ends);
	ck_assert_uint_eq(header->length, FRAME_MAX);
	ck_assert_mem_eq(header + 1, bytes, FRAME_MAX);
	header = ends_hear(&ends);
	ck_assert_uint_eq(header->kind, FRAME_DATA);
	ck_assert_uint_eq(header->length, 4);
	header = ends_hear(&ends);
	ck_assert_uint_eq(header->kind, FRAME_END);
	ck_assert_uint_eq(header->stream, FRAME_STDIN);
	ck_assert_ptr_null(ends_hear(&ends));
	channel_free(ends.channel);
}
END_TEST

/* Where there was no room for more of stdin, the main thread is told once the guest makes some. */
START_TEST(input_that_waits_for_room)
{
	static const uint8_t bytes[FRAME_WINDOW];
	uint32_t grant = 2 * FRAME_WINDOW;
	struct ends ends;

	ends_open(&ends);
	ends_hello(&ends);
	ends_say(&ends, FRAME_CREDIT, FRAME_STDIN, &grant, sizeof(grant));
	ck_assert_uint_eq(channel_input(ends.channel, bytes, sizeof(bytes)), sizeof(bytes));
	ck_assert_uint_eq(channel_room(ends.channel), 0);
	ends.wakes = 0;
	ck_assert_uint_eq(ends_hear(&ends)->length, FRAME_MAX);
	ck_assert_uint_eq(ends.wakes, 1);
	ck_assert_uint_eq(ends_hear(&ends)->length, FRAME_MAX);
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

	ends_open(&ends);
	ends_hello(&ends);
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

	ends_open(&ends);
	channel_resize(ends.channel, 24, 80);
	ck_assert_uint_eq(channel_take(ends.channel, bytes, sizeof(bytes)), 0);
	ends_hello(&ends);
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

	ends_open(&ends);
	ends_hello(&ends);
	for (unsigned int i = 0; i < 3; i++)
		ends_say(&ends, FRAME_CREDIT, FRAME_STDIN, &grant, sizeof(grant));
	ck_assert_uint_eq(channel_room(ends.channel), FRAME_WINDOW);
	ends_say(&ends, FRAME_CLOSED, FRAME_STDIN, "", 0);
	ck_assert_uint_eq(channel_room(ends.channel), 0);
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
	channel_free(ends.channel);
}
END_TEST

Suite *channel_take_suite(void)
{
	Suite *s = suite_create("channel_take");
	TCase *tc = tcase_create("channel_take");

	tcase_add_test(tc, input_as_it_is_granted);
	tcase_add_test(tc, input_that_waits_for_room);
	tcase_add_test(tc, zeroes_come_as_headers);
	tcase_add_test(tc, the_pushed_way);
	tcase_add_test(tc, grants_do_not_overflow);
	tcase_add_test(tc, finish_is_said_once);
	suite_add_tcase(s, tc);
	return s;
}
