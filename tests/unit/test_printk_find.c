// SPDX-License-Identifier: MIT
/* The kernel's log where no VMCOREINFO leads to it. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/klog_tests.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define FIRST "Linux version 6.1"

static void forget_vmcoreinfo(void)
{
	memset(klog_image_at(&image, IMAGE_NOTE, 0), 0, PAGE);
	memset(klog_image_at(&image, IMAGE_TEXT, 0), 0, PAGE);
}

static void put64(unsigned int page, unsigned int offset, uint64_t value)
{
	memcpy(klog_image_at(&image, page, offset), &value, sizeof(value));
}

/* Before there is VMCOREINFO the ring is known by its looks. */
START_TEST(early_ring_is_found)
{
	static const char *const firsts[] = { FIRST, "Booting Linux on physical CPU 0x0", FIRST,
					      "a" };
	unsigned int pages;

	add(firsts[_i]);
	add("b");
	add(PANIC);
	forget_vmcoreinfo();
	if (_i == 2) /* Linux 5.10 */
		memmove(klog_image_at(&image, IMAGE_RING, 56),
			klog_image_at(&image, IMAGE_RING, 64), 16);
	memset(klog_image_at(&image, IMAGE_TABLES, 0), 0, 4 * PAGE);
	pages = resident();
	read_lines(0);
	ck_assert_int_eq(klog.found, _i < 3);
	ck_assert_uint_eq(klog.nr, _i < 3 ? 3 : 0);
	if (_i < 3) {
		ck_assert_str_eq(klog.lines[0].text, firsts[_i]);
		ck_assert_str_eq(klog.lines[2].text, PANIC);
		ck_assert_uint_eq(klog.first[KLOG_PANIC], 2);
	}
	ck_assert_uint_eq(resident(), pages);
}
END_TEST

/* The kernel has copied its first ring to a larger one: what is left there, or here, is old. */
START_TEST(later_ring_is_read)
{
	uint8_t old[100];

	add(FIRST);
	add("b");
	memcpy(old, klog_image_at(&image, IMAGE_RING, 0), sizeof(old));
	add("c");
	if (_i)
		memcpy(klog_image_at(&image, IMAGE_RING, 1040),
		       klog_image_at(&image, IMAGE_RING, 0), sizeof(old));
	memcpy(klog_image_at(&image, IMAGE_RING, _i ? 0 : 1040), old, sizeof(old));
	forget_vmcoreinfo();
	ck_assert_str_eq(read_lines(0), FIRST "|b|c|");
}
END_TEST

/* What looks like a ring in part is none. */
START_TEST(early_ring_is_distrusted)
{
	static const struct {
		unsigned int offset;
		uint64_t value;
		const char *wanted;
	} edits[] = {
		{ 16, 4, "" },	   { 24, 0, "" }, /* descriptors, infos, data where no RAM is */
		{ 32, 0, "" },	   { 72, 0, "" },  { 72, 0xffffffff8100a008, "" },
		{ 40, 0, "" }, /* the head, the tail */
		{ 40, -1ULL, "" }, { 48, 0, "" },  { 48, 0xffffffe0, "" },
		{ 64, 32, "" },	   { 64, 63, "" }, { 16, 5, FIRST "|" PANIC "|" },
	};

	add(FIRST);
	add(PANIC);
	forget_vmcoreinfo();
	put64(IMAGE_RING, edits[_i].offset, edits[_i].value);
	ck_assert_str_eq(read_lines(0), edits[_i].wanted);
	ck_assert_int_eq(klog.found, !!*edits[_i].wanted);
}
END_TEST

Suite *printk_find_suite(void)
{
	Suite *s = suite_create("printk_find");
	TCase *tc = tcase_create("printk_find");

	tcase_add_checked_fixture(tc, klog_set_up, klog_tear_down);
	tcase_add_loop_test(tc, early_ring_is_found, 0, 4);
	tcase_add_loop_test(tc, later_ring_is_read, 0, 2);
	tcase_add_loop_test(tc, early_ring_is_distrusted, 0, 12);
	suite_add_tcase(s, tc);
	return s;
}
