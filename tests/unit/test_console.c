// SPDX-License-Identifier: MIT
/* What the guest prints: passed on line by line, and read for the kernel's panic message. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/devices/console.h"

#define PANIC "Kernel panic - not syncing"
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X300 X50 X50 X50 X50 X50 X50

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
	/* How it ends; the kernel's last words. */
	{ PANIC ": why\n---[ end " PANIC ": why ]---\n", "PE", PANIC ": why" },
	{ PANIC ": why\nCPU: 0\n[ 1.0] ---[ end " PANIC ": why ]---\n", "P-E", PANIC ": why" },
	{ PANIC ": why\n[ 1.0] Rebooting in 10 seconds..\n", "PE", PANIC ": why" },
	{ "Rebooting in 10 seconds..\n---[ end " PANIC ": why ]---\n", "--", "" },
	{ PANIC ": why\n" PANIC ": again\n", "P-", PANIC ": why" },
	{ PANIC ": why\nnot Rebooting in 1\n", "P-", PANIC ": why" },
};

static atomic_bool stopping;

/* Puts @text and notes an event for each line. */
static void put(struct console *console, const char *text, char *events)
{
	static const char letters[] = "-PEC";

	for (; *text; text++) {
		enum console_event event = console_put(console, *text);

		if (*text == '\n')
			*events++ = letters[event];
		else
			ck_assert_int_eq(event, CONSOLE_NOTHING);
	}
	*events = 0;
}

START_TEST(panic_is_seen)
{
	struct console console;
	struct error err;
	char events[10];
	int out = open("/dev/null", O_WRONLY);

	ck_assert_int_eq(console_open(&console, out, NULL, &stopping, &err), 0);
	put(&console, texts[_i].text, events);
	ck_assert_str_eq(events, texts[_i].events);
	if (texts[_i].panic)
		ck_assert_str_eq(console.panic, texts[_i].panic);
	else
		ck_assert_uint_eq(strlen(console.panic), CONSOLE_LINE - 1);
	close(out);
}
END_TEST

static void check_file(const char *path, const uint8_t *data, size_t size)
{
	uint8_t got[600];
	int fd = open(path, O_RDONLY);

	ck_assert_int_eq(read(fd, got, sizeof(got)), size);
	ck_assert_mem_eq(got, data, size);
	close(fd);
}

START_TEST(every_byte_is_passed_on)
{
	char *log = xasprintf("%s/console.log", scratch_dir);
	char *path = xasprintf("%s/console.out", scratch_dir);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct console console;
	uint8_t data[512];
	struct error err;

	ck_assert_int_eq(console_open(&console, out, log, &stopping, &err), 0);
	for (unsigned int i = 0; i < sizeof(data); i++) {
		data[i] = i;
		ck_assert_int_eq(console_put(&console, i), CONSOLE_NOTHING);
	}
	ck_assert_int_eq(console_flush(&console), CONSOLE_NOTHING);
	check_file(path, data, sizeof(data));
	check_file(log, data, sizeof(data));
	/* A new run's log begins anew. */
	close(console.log);
	ck_assert_int_eq(console_open(&console, out, log, &stopping, &err), 0);
	check_file(log, data, 0);
	close(console.log);
	close(out);
	free(log);
	free(path);
}
END_TEST

/* A line goes out when it is complete, and what is no line when it is due or too much. */
START_TEST(bytes_are_held)
{
	char *path = xasprintf("%s/console.held", scratch_dir);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct console console;
	struct pollfd due = { .events = POLLIN };
	uint8_t data[CONSOLE_HELD];
	char events[10];
	struct error err;

	ck_assert_int_eq(console_open(&console, out, NULL, &stopping, &err), 0);
	put(&console, "a\nb", events);
	check_file(path, (const uint8_t *)"a\n", 2);
	ck_assert(console.timed);
	due.fd = console.timer;
	ck_assert_int_eq(poll(&due, 1, 10000), 1);
	console_flush(&console);
	check_file(path, (const uint8_t *)"a\nb", 3);
	ck_assert_int_eq(ftruncate(out, 0), 0);
	ck_assert_int_eq(lseek(out, 0, SEEK_SET), 0);
	memset(data, 'x', sizeof(data));
	for (unsigned int i = 0; i < sizeof(data); i++)
		console_put(&console, data[i]);
	check_file(path, data, sizeof(data));
	close(console.timer);
	close(out);
	free(path);
}
END_TEST

/* Said once; the log goes on, and so does the watch for a panic. */
START_TEST(nobody_reads)
{
	char *log = xasprintf("%s/closed.log", scratch_dir);
	struct console console;
	struct error err;
	char events[10];
	int pipes[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(pipes), 0);
	close(pipes[0]);
	ck_assert_int_eq(console_open(&console, pipes[1], log, &stopping, &err), 0);
	ck_assert_int_eq(console_put(&console, 'a'), CONSOLE_NOTHING);
	ck_assert_int_eq(console_put(&console, '\n'), CONSOLE_CLOSED);
	put(&console, PANIC "\n", events);
	ck_assert_str_eq(events, "P");
	check_file(log, (const uint8_t *)"a\n" PANIC "\n", strlen("a\n" PANIC "\n"));
	close(console.log);
	close(pipes[1]);
	free(log);
	signal(SIGPIPE, SIG_DFL);
}
END_TEST

START_TEST(log_cannot_be_opened)
{
	struct console console;
	struct error err = { 0 };

	ck_assert_int_eq(console_open(&console, 1, "/nowhere/at/all", &stopping, &err), -1);
	ck_assert_str_eq(err.text, "--console /nowhere/at/all: No such file or directory");
}
END_TEST

Suite *console_suite(void)
{
	Suite *s = suite_create("console");
	TCase *tc = tcase_create("console");

	tcase_add_loop_test(tc, panic_is_seen, 0, COUNT(texts));
	tcase_add_test(tc, every_byte_is_passed_on);
	tcase_add_test(tc, bytes_are_held);
	tcase_add_test(tc, nobody_reads);
	tcase_add_test(tc, log_cannot_be_opened);
	suite_add_tcase(s, tc);
	return s;
}
