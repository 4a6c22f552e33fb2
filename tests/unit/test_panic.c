// SPDX-License-Identifier: MIT
/* The kernel's panic in what a guest prints, and what only looks like one. */
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/devices/panic.h"

#define PANIC "Kernel panic - not syncing"
#define X22 "xxxxxxxxxxxxxxxxxxxxxx"
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X200 X50 X50 X50 X50
#define X300 X200 X50 X50

/* One letter a line: P panic, E its end, - neither. */
static const struct {
	const char *text, *events, *panic;
} texts[] = {
	{ PANIC ": why\n", "P", PANIC ": why" },
	{ PANIC "\n", "P", PANIC },
	{ PANIC ": why\r\n", "P", PANIC ": why" },
	{ "[    1.234567] " PANIC ": why\n", "P", PANIC ": why" },
	{ "[    1.234567][    T1] " PANIC ": why\n", "P", PANIC ": why" },
	{ "[12345.678901] [  C12] " PANIC ": why\n", "P", PANIC ": why" },
	{ "hello\n\n[    1.0] Booting\n" PANIC ": why\n", "---P", PANIC ": why" },
	{ "[    1.2] " PANIC ": [a] b\n", "P", PANIC ": [a] b" },
	/* What a program printed before it has no newline. */
	{ "login: [    1.0] " PANIC ": why\n", "P", PANIC ": why" },
	{ "/ # [    1.234567][    T1] " PANIC ": why\n", "P", PANIC ": why" },
	{ "[a] [b [    1.0] " PANIC ": why\n", "P", PANIC ": why" },
	/* What a user can write. */
	{ "echo " PANIC ": why\n", "-", "" },
	{ "$ dmesg | grep '" PANIC "'\n", "-", "" },
	{ "Nov 21 12:00:00 host kernel: [    1.0] " PANIC "\n", "-", "" },
	{ "user: [one] " PANIC "\n", "-", "" },
	{ "user: [] " PANIC "\n", "-", "" },
	{ "kernel panic - not syncing\n", "-", "" },
	{ "Kernel panic - syncing\n", "-", "" },
	{ " " PANIC "\n", "-", "" },
	{ "[ never closed " PANIC "\n", "-", "" },
	{ "[    1.0]\n", "-", "" },
	/* A line that is not complete is none. */
	{ PANIC ": why", "", "" },
	{ "Kernel panic -\n not syncing\n", "--", "" },
	/* Over-long lines: what is beyond does not matter, and does not leak into the next. */
	{ X300 PANIC "\n", "-", "" },
	{ X300 "\n" PANIC ": why\n", "-P", PANIC ": why" },
	{ PANIC ": " X300 "\n", "P", NULL },
	/* Up to the last byte that a line keeps, and one byte further. */
	{ X200 X22 "[ 1.0] " PANIC "\n", "P", PANIC },
	{ X200 X22 "x[ 1.0] " PANIC "\n", "-", "" },
	{ X200 X22 "[ 1.0] " PANIC ": why\n[ 1.0] Rebooting in 1\n", "PE", PANIC },
	/* Bytes that are no ASCII are text like any other; control characters are none. */
	{ "\xff\x80 [ 1.0] " PANIC ": why\n", "P", PANIC ": why" },
	{ PANIC ": \xc3\xa9t\xe9\n", "P", PANIC ": \xc3\xa9t\xe9" },
	{ "\xff" PANIC "\n", "-", "" },
	{ "\x1b[0m" PANIC "\n", "-", "" },
	{ "Kernel \b\tpanic - not syncing: a\x07z\n", "P", PANIC ": az" },
	{ "[ 1.0\xb0] " PANIC "\n", "P", PANIC },
	{ "user [ 1.0\xb0] " PANIC "\n", "-", "" },
	/* How it ends; the kernel's last words. */
	{ PANIC ": why\n---[ end " PANIC ": why ]---\n", "PE", PANIC ": why" },
	{ PANIC ": why\nCPU: 0\n[ 1.0] ---[ end " PANIC ": why ]---\n", "P-E", PANIC ": why" },
	{ PANIC ": why\n[ 1.0] Rebooting in 10 seconds..\n", "PE", PANIC ": why" },
	{ "Rebooting in 10 seconds..\n---[ end " PANIC ": why ]---\n", "--", "" },
	{ PANIC ": why\n" PANIC ": again\n", "P-", PANIC ": why" },
	{ PANIC ": why\nnot Rebooting in 1\n", "P-", PANIC ": why" },
};

/* Watches @text and notes an event for each line; nothing happens within one. */
static void watch(struct panic *panic, const char *text, char *events)
{
	static const char letters[] = "-PE";

	for (; *text; text++) {
		enum panic_event event = panic_watch(panic, *text);

		if (*text == '\n')
			*events++ = letters[event];
		else
			ck_assert_int_eq(event, PANIC_NOTHING);
	}
	*events = 0;
}

START_TEST(panic_is_seen)
{
	struct panic panic = { 0 };
	char events[10];

	watch(&panic, texts[_i].text, events);
	ck_assert_str_eq(events, texts[_i].events);
	if (texts[_i].panic)
		ck_assert_str_eq(panic.message, texts[_i].panic);
	else
		ck_assert_uint_eq(strlen(panic.message), PANIC_LINE - 1);
}
END_TEST

/* Whatever a guest prints: no event but in a line that has the words, and nothing past the line. */
START_TEST(random_bytes)
{
	uint64_t state = random_seed();
	struct panic panic = { 0 };

	for (unsigned int i = 0; i < 100000; i++) {
		ck_assert_int_eq(panic_watch(&panic, random_next(&state)), PANIC_NOTHING);
		if (panic.length >= PANIC_LINE)
			ck_abort_msg("a line of %zu bytes", panic.length);
	}
	ck_assert_str_eq(panic.message, "");
}
END_TEST

Suite *panic_suite(void)
{
	Suite *s = suite_create("panic");
	TCase *tc = tcase_create("panic");

	tcase_add_loop_test(tc, panic_is_seen, 0, COUNT(texts));
	tcase_add_test(tc, random_bytes);
	suite_add_tcase(s, tc);
	return s;
}
