// SPDX-License-Identifier: MIT
/* The kernel's log as it lies in guest memory: what is read, what counts, and what is left out. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/klog_tests.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static void *desc_at(uint64_t id)
{
	return klog_image_at(&image, IMAGE_DESCS, (id & 31) * 24);
}

START_TEST(log_is_read)
{
	static const uint64_t addresses[] = { NOTE,	 TEXT, 0,    IMAGE_GPA + 5 * PAGE,
					      IMAGE_GPA, 1,    -1ULL };
	unsigned int pages;

	add("Linux version 6.1");
	add("one\ntwo\n\nfour");
	add("");
	add("tab\there, escape \x1b[31m, no UTF-8 \xff");
	pages = resident();
	ck_assert_str_eq(read_lines(addresses[_i]),
			 "Linux version 6.1|one|two||four||tab here, escape ?[31m, no UTF-8 ?|");
	ck_assert(klog.found);
	ck_assert_str_eq(klog.release, "6.1.0-56-cloud-amd64");
	ck_assert_str_eq(klog.build_id, "3b43fad5034874490492495d552c0af6a5fab235");
	ck_assert_uint_eq(klog.kernel_offset, 0x5e00000);
	ck_assert_uint_eq(klog.lines[0].ns, 0);
	ck_assert_uint_eq(klog.lines[4].ns, 1000000);
	ck_assert_uint_eq(klog.lines[6].ns, 3000000);
	for (unsigned int i = 0; i < KLOG_KINDS; i++)
		ck_assert_uint_eq(klog.first[i], SIZE_MAX);
	ck_assert_uint_eq(resident(), pages);
}
END_TEST

/* The note alone, what it is made from alone, neither. */
START_TEST(vmcoreinfo_is_found)
{
	add("a");
	if (_i != 0)
		memset(klog_image_at(&image, IMAGE_NOTE, 0), 0, PAGE);
	if (_i != 1)
		memset(klog_image_at(&image, IMAGE_TEXT, 0), 0, PAGE);
	ck_assert_str_eq(read_lines(0), _i == 2 ? "" : "a|");
	ck_assert_int_eq(klog.found, _i != 2);
}
END_TEST

/* What a program says is never the kernel's word, nor what it can get into a message of its. */
START_TEST(users_do_not_count)
{
	klog_image_add(&image, IMAGE_FINALIZED, 1, PANIC, strlen(PANIC));
	klog_image_add(&image, IMAGE_FINALIZED, 255, "BUG: fake", 9);
	add("traps: a\n" PANIC "[12] general protection fault");
	add(" " PANIC);
	add("WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2");
	ck_assert_str_eq(read_lines(NOTE),
			 PANIC "|BUG: fake|traps: a|" PANIC "[12] general protection fault| " PANIC
			       "|WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2|");
	ck_assert_uint_eq(klog.first[KLOG_PANIC], SIZE_MAX);
	ck_assert_uint_eq(klog.first[KLOG_OOPS], SIZE_MAX);
	ck_assert_uint_eq(klog.first[KLOG_WARNING], 5);
	add("Oops: 0000 [#1] SMP");
	add(PANIC);
	add(PANIC);
	read_lines(NOTE);
	ck_assert_uint_eq(klog.first[KLOG_OOPS], 6);
	ck_assert_uint_eq(klog.first[KLOG_PANIC], 7);
	ck_assert_uint_eq(klog.nr_warnings, 2);
	ck_assert_uint_eq(klog.warnings[0], 5);
	ck_assert_uint_eq(klog.warnings[1], 6);
}
END_TEST

START_TEST(warnings_are_bounded)
{
	char text[20];

	for (unsigned int i = 0; i < 31; i++) {
		sprintf(text, "BUG: %u\nBUG: no", i);
		add(text);
	}
	read_lines(NOTE);
	ck_assert_uint_eq(klog.nr_warnings, 31);
	ck_assert_uint_eq(klog.warnings[30], 60);
}
END_TEST

/* A record that is being written, or is gone, is left out, and those around it are there. */
START_TEST(torn_records)
{
	static const char *const wanted[] = { "a|c|", "a|b|c|", "a|b|c|", "a|c|" };
	uint64_t id, block;

	add("a");
	id = klog_image_add(&image, _i < 4 ? _i : IMAGE_FINALIZED, 0, "b", 1);
	add("c");
	memcpy(&block, (char *)desc_at(id) + 8, sizeof(block));
	switch (_i) {
	case 4: /* the block is another's */
		*(char *)klog_image_at(&image, IMAGE_DATA, block % PAGE) ^= 1;
		break;
	case 5: /* the descriptor is */
		*(char *)desc_at(id) ^= 32;
		break;
	case 6: /* longer than its block */
		*(char *)klog_image_at(&image, IMAGE_INFOS, (id & 31) * 88 + 16) = 9;
		break;
	case 7: /* ends before it begins */
		block -= 8;
		memcpy((char *)desc_at(id) + 16, &block, sizeof(block));
		break;
	case 8: /* data of no size */
		memcpy((char *)desc_at(id) + 16, &block, sizeof(block));
		break;
	case 10: /* no room for it */
		memcpy((char *)desc_at(id) + 8, (const uint64_t[]){ 1, 1 }, 16);
		break;
	case 9: /* a whole ring further */
		block += 2 * PAGE;
		memcpy((char *)desc_at(id) + 16, &block, sizeof(block));
		break;
	}
	ck_assert_str_eq(read_lines(NOTE), _i < 4 ? wanted[_i] : "a|c|");
}
END_TEST

/* What is in the ring after many records, the oldest overwritten, is all of it, in order. */
START_TEST(ring_wraps)
{
	uint64_t state = random_seed();

	image.fits_at_end = _i;
	for (unsigned int i = 0; i < 1000; i++) {
		char text[600], wanted[100000] = "";
		size_t size = random_below(&state, i % 7 ? 80 : sizeof(text));

		memset(text, 'a' + i % 26, size);
		klog_image_add(&image, IMAGE_FINALIZED, 0, text, size);
		for (uint64_t j = 31; j < 32; j--) {
			const uint64_t *desc = desc_at(image.id - j);
			const uint16_t *length =
				klog_image_at(&image, IMAGE_INFOS, ((image.id - j) & 31) * 88 + 16);
			char line[700] = "";

			if (desc[0] >> 62 != IMAGE_FINALIZED)
				continue;
			memset(line, 'a' + (i - j) % 26, *length);
			strcat(strcat(wanted, line), "|");
		}
		ck_assert_str_eq(read_lines(NOTE), wanted);
	}
}
END_TEST

/* Pages of the kernel's are remembered; here two have the same place to be remembered in. */
START_TEST(pages_are_told_apart)
{
	const uint64_t data = 0xffffffff81048000, entry = IMAGE_GPA + IMAGE_DATA * PAGE + 3;

	add("a");
	add("b");
	memcpy(klog_image_at(&image, IMAGE_RING, 72), &data, sizeof(data));
	memcpy(klog_image_at(&image, IMAGE_TABLES + 3, 0x48 * 8), &entry, sizeof(entry));
	ck_assert_str_eq(read_lines(NOTE), "a|b|");
}
END_TEST

/* Without a line that is needed, or with one that says otherwise, there is no log. */
START_TEST(keys_are_needed)
{
	static const char *const keys[] = {
		"SYMBOL(prb)=",
		"SYMBOL(swapper_pg_dir)=",
		"OFFSET(printk_ringbuffer.desc_ring)=",
		"OFFSET(printk_ringbuffer.text_data_ring)=",
		"OFFSET(prb_desc_ring.count_bits)=",
		"OFFSET(prb_desc_ring.descs)=",
		"OFFSET(prb_desc_ring.infos)=",
		"OFFSET(prb_desc_ring.head_id)=",
		"SIZE(prb_desc)=",
		"OFFSET(prb_desc.state_var)=",
		"OFFSET(prb_desc.text_blk_lpos)=",
		"OFFSET(prb_data_blk_lpos.begin)=",
		"OFFSET(prb_data_blk_lpos.next)=",
		"SIZE(printk_info)=",
		"OFFSET(printk_info.ts_nsec)=",
		"OFFSET(printk_info.text_len)=",
		/* Without it nobody knows where facility is. */
		"OFFSET(printk_info.caller_id)=",
		"OFFSET(prb_data_ring.size_bits)=",
		"OFFSET(prb_data_ring.data)=",
	};
	char text[4000];

	add("a");
	for (unsigned int i = 0; i < COUNT(keys); i++) {
		char *key;

		strcpy(text, klog_image_vmcoreinfo);
		key = strstr(text, keys[i]);
		ck_assert_ptr_nonnull(key);
		*key = 'X';
		klog_image_say(&image, text);
		ck_assert_str_eq(read_lines(NOTE), "");
		ck_assert(!klog.found);
		ck_assert_str_eq(klog.release, "6.1.0-56-cloud-amd64");
	}
	strcpy(text, klog_image_vmcoreinfo);
	memcpy(strstr(text, "caller_id)=20"), "caller_id)=28", 13);
	klog_image_say(&image, text);
	ck_assert_str_eq(read_lines(NOTE), "");
	ck_assert(!klog.found);
}
END_TEST

/* Nothing that a guest writes makes us read what is not its RAM, or a page that is not there. */
START_TEST(hostile_rings)
{
	static const struct {
		unsigned int page, offset;
		uint64_t value;
		const char *wanted;
	} edits[] = {
		{ IMAGE_RING, 16, 63, "" },
		{ IMAGE_RING, 16, 26, "" }, /* descriptors beyond what is mapped */
		{ IMAGE_RING, 16, 64, "" },
		{ IMAGE_RING, 64, 63, "" },
		{ IMAGE_RING, 64, 64, "" },
		{ IMAGE_RING, 64, 31, "" },
		{ IMAGE_RING, 0, 0xffffffff8100b000, "" }, /* a page that is not there */
		{ IMAGE_RING, 0, -8ULL, "" },
		{ IMAGE_RING, 0, 0xffffffff81040000, "" },
		{ IMAGE_RING, 24, 0xffffffff8100b000, "" },
		{ IMAGE_RING, 32, 0xffffffff8100b000, "" },
		{ IMAGE_RING, 72, 0xffffffff8100b000, "" },
		{ IMAGE_RING, 72, -8ULL, "" },
		{ IMAGE_RING, 40, 0x100000000ULL, "b|" }, /* the head: 32 records from there */
		{ IMAGE_RING, 48, 0, "a|b|" }, /* the tail */
		{ IMAGE_TABLES, 511 * 8, 0, "" },
		{ IMAGE_TABLES, 511 * 8, -1ULL, "" },
		{ IMAGE_TABLES + 3, IMAGE_RING * 8, 3, "" },
		{ IMAGE_TABLES + 3, IMAGE_DATA * 8, IMAGE_GPA + IMAGE_FREE * PAGE + 3, "" },
	};
	unsigned int pages;

	add("a");
	add("b");
	memcpy(klog_image_at(&image, edits[_i].page, edits[_i].offset), &edits[_i].value, 8);
	pages = resident();
	ck_assert_str_eq(read_lines(0), edits[_i].wanted);
	ck_assert_int_eq(klog.found, !!*edits[_i].wanted);
	ck_assert_uint_eq(resident(), pages);
}
END_TEST

/* VMCOREINFO that lies about its size, has no end, or ends where what is there does. */
START_TEST(hostile_vmcoreinfo)
{
	uint32_t size = _i ? UINT32_MAX : 10;
	size_t length = strlen(klog_image_vmcoreinfo);

	add("a");
	memcpy(klog_image_at(&image, IMAGE_NOTE, 4), &size, sizeof(size));
	memset(klog_image_at(&image, IMAGE_NOTE, 24 + length), '=', PAGE - 24 - length);
	memset(klog_image_at(&image, IMAGE_TEXT, 0), _i == 2 ? '\n' : '=', PAGE);
	ck_assert_str_eq(read_lines(NOTE), _i ? "a|" : "");
	ck_assert_str_eq(read_lines(0), _i ? "a|" : "");
}
END_TEST

Suite *klog_suite(void)
{
	Suite *s = suite_create("klog");
	TCase *tc = tcase_create("klog");

	tcase_add_checked_fixture(tc, klog_set_up, klog_tear_down);
	tcase_add_loop_test(tc, log_is_read, 0, 7);
	tcase_add_loop_test(tc, vmcoreinfo_is_found, 0, 3);
	tcase_add_test(tc, users_do_not_count);
	tcase_add_test(tc, warnings_are_bounded);
	tcase_add_loop_test(tc, torn_records, 0, 11);
	tcase_add_loop_test(tc, ring_wraps, 0, 2);
	tcase_add_test(tc, pages_are_told_apart);
	tcase_add_test(tc, keys_are_needed);
	tcase_add_loop_test(tc, hostile_rings, 0, 19);
	tcase_add_loop_test(tc, hostile_vmcoreinfo, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
