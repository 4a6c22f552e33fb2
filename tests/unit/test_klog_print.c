// SPDX-License-Identifier: MIT
/* The kernel's log in a report. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/klog_tests.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

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

Suite *klog_print_suite(void)
{
	Suite *s = suite_create("klog_print");
	TCase *tc = tcase_create("klog_print");

	tcase_add_checked_fixture(tc, klog_set_up, klog_tear_down);
	tcase_add_loop_test(tc, trace_is_printed, 0, COUNT(traces));
	tcase_add_test(tc, last_lines_are_printed);
	tcase_add_test(tc, trace_is_bounded);
	suite_add_tcase(s, tc);
	return s;
}
