// SPDX-License-Identifier: MIT
#include <string.h>
#include <zlib.h>

#include "tests/unit/suites.h"
#include "vmm/guest/frame.h"

static uint32_t by_zlib(uint32_t key, struct frame_header header, const uint8_t *payload)
{
	uLong sum;

	header.sum = 0;
	sum = crc32(0, (const Bytef *)&key, sizeof(key));
	sum = crc32(sum, (const Bytef *)&header, sizeof(header));
	return header.length ? crc32(sum, payload, header.length) : sum;
}

START_TEST(sum_is_the_crc_of_ieee_802_3)
{
	static uint8_t payload[FRAME_MAX];
	struct frame_header header = { .magic = FRAME_MAGIC, .kind = FRAME_DATA, .number = 7 };
	unsigned int length, i;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = i * 2654435761U >> 13;
	for (length = 0; length <= FRAME_MAX; length = length * 2 + 1) {
		header.length = length;
		header.sum = length; /* which is not counted */
		ck_assert_uint_eq(frame_sum(0x12345678, &header, payload),
				  by_zlib(0x12345678, header, payload));
	}
}
END_TEST

START_TEST(sum_tells_runs_apart)
{
	struct frame_header header = { .magic = FRAME_MAGIC, .kind = FRAME_DONE };

	ck_assert_uint_ne(frame_sum(1, &header, NULL), frame_sum(2, &header, NULL));
}
END_TEST

Suite *frame_suite(void)
{
	Suite *suite = suite_create("frame");
	TCase *tcase = tcase_create("sum");

	tcase_add_test(tcase, sum_is_the_crc_of_ieee_802_3);
	tcase_add_test(tcase, sum_tells_runs_apart);
	suite_add_tcase(suite, tcase);
	return suite;
}
