// SPDX-License-Identifier: MIT
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/frame.h"

static uint8_t payload[FRAME_MAX];
static struct frame_header header;

static void fill(unsigned int length)
{
	header = (struct frame_header){ .magic = FRAME_MAGIC, .kind = FRAME_DATA, .number = 7 };
	header.length = length;
	for (unsigned int i = 0; i < sizeof(payload); i++)
		payload[i] = i * 2654435761U >> 13;
}

/* Reckoned by another program, of what frame.h says. */
START_TEST(sum_is_what_the_header_says)
{
	static const struct {
		unsigned int length;
		uint32_t sum;
	} wanted[] = {
		{ 0, 0x20067ea0 },    { 1, 0xe833c428 },    { 3, 0xac3e099e },
		{ 7, 0x3704b020 },    { 15, 0x5e707951 },   { 31, 0xcde37656 },
		{ 63, 0xe8683126 },   { 127, 0x990c7fb4 },  { 255, 0x3a221015 },
		{ 511, 0xc5e92c49 },  { 1023, 0xdb1b9188 }, { 2047, 0x6af30c4b },
		{ 4095, 0xf1ecb65f },
	};

	for (unsigned int i = 0; i < COUNT(wanted); i++) {
		fill(wanted[i].length);
		header.sum = i; /* which is not counted */
		ck_assert_uint_eq(frame_sum(0x12345678, &header, payload), wanted[i].sum);
	}
}
END_TEST

/* Of the header before its sum, of the payload, of a byte more than words. */
START_TEST(sum_changes_with_each_bit)
{
	uint8_t *bytes[] = { (uint8_t *)&header, payload };
	unsigned int sizes[] = { 12, 1001 };
	uint32_t sum;

	for (unsigned int part = 0; part < 2; part++)
		for (unsigned int bit = 0; bit < 8 * sizes[part]; bit++) {
			fill(1001);
			sum = frame_sum(1, &header, payload);
			bytes[part][bit / 8] ^= 1 << bit % 8;
			if (header.length > FRAME_MAX)
				continue;
			ck_assert_uint_ne(frame_sum(1, &header, payload), sum);
		}
	payload[1001]++;
	sum = frame_sum(1, &header, payload);
	payload[1001]++;
	ck_assert_uint_eq(frame_sum(1, &header, payload), sum);
}
END_TEST

START_TEST(sum_tells_runs_apart)
{
	fill(0);
	ck_assert_uint_ne(frame_sum(1, &header, NULL), frame_sum(2, &header, NULL));
}
END_TEST

Suite *frame_suite(void)
{
	Suite *suite = suite_create("frame");
	TCase *tcase = tcase_create("sum");

	tcase_add_test(tcase, sum_is_what_the_header_says);
	tcase_add_test(tcase, sum_changes_with_each_bit);
	tcase_add_test(tcase, sum_tells_runs_apart);
	suite_add_tcase(suite, tcase);
	return suite;
}
