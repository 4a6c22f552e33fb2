// SPDX-License-Identifier: MIT
/* The kernel's log as it lies in guest memory: what is read, what counts, and what is left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/unit/klog_image.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/klog.h"

#define PAGE 4096
#define NOTE (IMAGE_GPA + IMAGE_NOTE * PAGE)
#define TEXT (IMAGE_GPA + IMAGE_TEXT * PAGE)
#define PANIC "Kernel panic - not syncing: why"

static struct klog_image image;
static struct klog klog;

static void set_up(void)
{
	klog_image_make(&image);
}

static void tear_down(void)
{
	klog_free(&klog);
	klog_image_free(&image);
}

static uint64_t add(const char *text)
{
	return klog_image_add(&image, IMAGE_FINALIZED, 0, text, strlen(text));
}

/* The lines that are found, with "|" after each. */
static const char *read_lines(uint64_t vmcoreinfo)
{
	static char lines[100000];
	char *end = lines;

	klog_free(&klog);
	klog_read(&klog, &image.ram, vmcoreinfo);
	*end = 0;
	for (size_t i = 0; i < klog.nr; i++)
		end += sprintf(end, "%s|", klog.lines[i].text);
	return lines;
}

static void *desc_at(uint64_t id)
{
	return klog_image_at(&image, IMAGE_DESCS, (id & 31) * 24);
}

static unsigned int resident(void)
{
	unsigned char there[IMAGE_PAGES];
	unsigned int nr = 0;

	ck_assert_int_eq(mincore(image.base, IMAGE_PAGES * PAGE, there), 0);
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		nr += there[i] & 1;
	return nr;
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
		"OFFSET(prb_desc_ring.tail_id)=",
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
		{ IMAGE_RING, 64, 63, "" },
		{ IMAGE_RING, 64, 31, "" },
		{ IMAGE_RING, 0, 0xffffffff8100b000, "" }, /* a page that is not there */
		{ IMAGE_RING, 0, -8ULL, "" },
		{ IMAGE_RING, 0, 0xffffffff81040000, "" },
		{ IMAGE_RING, 24, 0xffffffff8100b000, "" },
		{ IMAGE_RING, 32, 0xffffffff8100b000, "" },
		{ IMAGE_RING, 72, 0xffffffff8100b000, "" },
		{ IMAGE_RING, 72, -8ULL, "" },
		{ IMAGE_RING, 40, 0, "b|" }, /* the head: 32 records from there */
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
	memset(klog_image_at(&image, IMAGE_TEXT, length), '=', PAGE - length);
	if (_i == 2)
		memset(klog_image_at(&image, IMAGE_TEXT, 0), '\n', PAGE);
	ck_assert_str_eq(read_lines(NOTE), "a|");
	ck_assert_str_eq(read_lines(0), "a|");
}
END_TEST

/* Numbers of lines, each a letter that stands for one. */
static const struct {
	const char *lines, *trace;
} traces[] = {
	{ "a", "" },
	{ "aWb", "" },
	{ "aObTc", "ObT" },
	{ "aObTcObT", "ObT" },
	{ "aObTcPdEf", "ObTcPdE" },
	{ "aPbEc", "PbE" },
	{ "aPbTOc", "PbTOc" },
	{ "aOb", "Ob" },
};

static const char *line_of(char letter)
{
	static char other[2];

	switch (letter) {
	case 'W':
		return "WARNING: b";
	case 'O':
		return "Unable to handle kernel paging request at virtual address 1";
	case 'T':
		return "---[ end trace 0000000000000000 ]---";
	case 'P':
		return PANIC;
	case 'E':
		return "---[ end " PANIC " ]---";
	}
	other[0] = letter;
	return other;
}

static const char *printed(size_t last)
{
	static char text[100000];
	FILE *file = fmemopen(text, sizeof(text), "w");

	if (last)
		klog_print_last(&klog, last, file);
	else
		klog_print_trace(&klog, file);
	fputc(0, file);
	fclose(file);
	return text;
}

START_TEST(trace_is_printed)
{
	char wanted[1000] = "", *end = wanted;

	for (const char *letter = traces[_i].lines; *letter; letter++)
		add(line_of(*letter));
	for (const char *letter = traces[_i].trace; *letter; letter++)
		end += sprintf(end, "[    0.%06u] %s\n",
			       (unsigned int)(strstr(traces[_i].lines, traces[_i].trace) -
					      traces[_i].lines + (letter - traces[_i].trace)) *
				       1000,
			       line_of(*letter));
	read_lines(NOTE);
	ck_assert_str_eq(printed(0), wanted);
}
END_TEST

START_TEST(last_lines_are_printed)
{
	const uint64_t ns = 12345678901234;
	uint64_t id;

	add("a\nb");
	id = add("c");
	memcpy(klog_image_at(&image, IMAGE_INFOS, (id & 31) * 88 + 8), &ns, sizeof(ns));
	read_lines(NOTE);
	ck_assert_str_eq(printed(1), "[12345.678901] c\n");
	ck_assert_str_eq(printed(2), "[    0.000000] b\n[12345.678901] c\n");
	ck_assert_str_eq(printed(99), "[    0.000000] a\n[    0.000000] b\n[12345.678901] c\n");
}
END_TEST

/* Not all of what follows an oops is of it. */
START_TEST(trace_is_bounded)
{
	char text[600];

	memset(text, '\n', sizeof(text));
	add(line_of('O'));
	klog_image_add(&image, IMAGE_FINALIZED, 0, text, 299);
	read_lines(NOTE);
	ck_assert_uint_eq(klog.nr, 301);
	ck_assert_uint_eq(strlen(printed(0)), strlen(line_of('O')) + 200 * 16);
}
END_TEST

static const struct {
	const char *line;
	enum klog_kind kind;
} lines[] = {
	{ PANIC, KLOG_PANIC },
	{ "Kernel panic - not syncing", KLOG_PANIC },
	{ "---[ end " PANIC " ]---", KLOG_KINDS },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000000", KLOG_OOPS },
	{ "BUG: unable to handle page fault for address: ffffc90000000000", KLOG_OOPS },
	{ "Oops: 0002 [#1] PREEMPT SMP PTI", KLOG_OOPS },
	{ "Oops: Oops: 0002 [#1] PREEMPT SMP", KLOG_OOPS },
	{ "Oops: general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP",
	  KLOG_OOPS },
	{ "general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP",
	  KLOG_OOPS },
	{ "traps: a[12] general protection fault ip:401 sp:7ff error:0 in a[400+1]", KLOG_KINDS },
	{ "Oops: a[123]: segfault at 0 ip 0 sp 0 error 14", KLOG_KINDS },
	{ "invalid opcode: 0000 [#1] PREEMPT SMP", KLOG_OOPS },
	{ "kernel BUG at mm/slub.c:305!", KLOG_OOPS },
	{ "Unable to handle kernel NULL pointer dereference at virtual address 0", KLOG_OOPS },
	{ "Unable to handle kernel paging request at virtual address ffff", KLOG_OOPS },
	{ "Internal error: Oops: 0000000096000004 [#1] SMP", KLOG_OOPS },
	{ "Internal error: Oops - BUG: 00000000f2000800 [#1] SMP", KLOG_OOPS },
	{ "WARNING: CPU: 0 PID: 1 at kernel/a.c:10 f+0x10/0x20", KLOG_WARNING },
	{ "WARNING: kernel/a.c:10 at f+0x10/0x20, CPU#0: a/1", KLOG_WARNING },
	{ "WARNING: possible circular locking dependency detected", KLOG_WARNING },
	{ "WARNING: suspicious RCU usage", KLOG_WARNING },
	{ "INFO: possible recursive locking detected", KLOG_WARNING },
	{ "INFO: lockdep is turned off.", KLOG_KINDS },
	{ "BUG: KASAN: slab-out-of-bounds in f+0x1/0x2", KLOG_WARNING },
	{ "BUG: KCSAN: data-race in f / g", KLOG_WARNING },
	{ "BUG: KFENCE: use-after-free read in f", KLOG_WARNING },
	{ "BUG: sleeping function called from invalid context at a.c:1", KLOG_WARNING },
	{ "BUG: scheduling while atomic: a/1/0x00000002", KLOG_WARNING },
	{ "BUG: Bad page state in process a  pfn:1", KLOG_WARNING },
	{ "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!",
	  KLOG_WARNING },
	{ "BUG kmalloc-64 (Not tainted): Poison overwritten", KLOG_WARNING },
	{ "UBSAN: shift-out-of-bounds in a.c:1:2", KLOG_WARNING },
	{ "INFO: task a:12 blocked for more than 120 seconds.", KLOG_WARNING },
	{ "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a:1]", KLOG_WARNING },
	{ "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 0", KLOG_WARNING },
	{ "watchdog: Disabling watchdog on nohz_full cores by default", KLOG_KINDS },
	{ "rcu: INFO: rcu_sched self-detected stall on CPU", KLOG_WARNING },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", KLOG_WARNING },
	{ "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }",
	  KLOG_WARNING },
	{ "rcu: Hierarchical RCU implementation.", KLOG_KINDS },
	{ "unregister_netdevice: waiting for lo to become free. Usage count = 2", KLOG_WARNING },
	{ "Linux version 6.1.0", KLOG_KINDS },
	{ "", KLOG_KINDS },
};

START_TEST(lines_are_classified)
{
	ck_assert_int_eq(klog_classify(lines[_i].line), lines[_i].kind);
}
END_TEST

Suite *klog_suite(void)
{
	Suite *s = suite_create("klog");
	TCase *tc = tcase_create("klog");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, log_is_read, 0, 7);
	tcase_add_loop_test(tc, vmcoreinfo_is_found, 0, 3);
	tcase_add_test(tc, users_do_not_count);
	tcase_add_test(tc, warnings_are_bounded);
	tcase_add_loop_test(tc, torn_records, 0, 10);
	tcase_add_loop_test(tc, ring_wraps, 0, 2);
	tcase_add_test(tc, keys_are_needed);
	tcase_add_loop_test(tc, hostile_rings, 0, 17);
	tcase_add_loop_test(tc, hostile_vmcoreinfo, 0, 3);
	tcase_add_loop_test(tc, trace_is_printed, 0, COUNT(traces));
	tcase_add_test(tc, last_lines_are_printed);
	tcase_add_test(tc, trace_is_bounded);
	tcase_add_loop_test(tc, lines_are_classified, 0, COUNT(lines));
	suite_add_tcase(s, tc);
	return s;
}
