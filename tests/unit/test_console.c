// SPDX-License-Identifier: MIT
/* What the guest prints: passed on line by line, and who runs the machine is told of its end. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/devices/console.h"

#define PANIC "Kernel panic - not syncing"

/* A console and what it told. */
struct told {
	struct console console;
	atomic_bool stopping;
	char events[8], text[300]; /* the last event's */
};

static void take_event(void *opaque, enum console_event event, const char *text)
{
	static const char letters[] = {
		[CONSOLE_PANIC] = 'P', [CONSOLE_PANIC_END] = 'E', [CONSOLE_CLOSED] = 'C'
	};
	struct told *told = opaque;
	size_t nr = strlen(told->events);

	ck_assert_uint_lt(nr, sizeof(told->events) - 1);
	told->events[nr] = letters[event];
	snprintf(told->text, sizeof(told->text), "%s", text);
}

/* Returns what console_open() does. */
static int open_console(struct told *told, int out, const char *log, struct error *err)
{
	*told = (struct told){ .console = { .out = out, .tell = take_event } };
	told->console.stopping = &told->stopping;
	told->console.opaque = told;
	return console_open(&told->console, log, err);
}

static void close_console(struct told *told)
{
	close(told->console.timer);
	if (told->console.log >= 0)
		close(told->console.log);
}

static void put(struct told *told, const char *text)
{
	for (; *text; text++)
		console_put(&told->console, *text);
}

START_TEST(panic_is_told)
{
	struct told told;
	struct error err;
	int out = open("/dev/null", O_WRONLY);

	ck_assert_int_eq(open_console(&told, out, NULL, &err), 0);
	put(&told, "hello\n" PANIC ": why");
	ck_assert_str_eq(told.events, "");
	put(&told, "\n");
	ck_assert_str_eq(told.events, "P");
	ck_assert_str_eq(told.text, PANIC ": why");
	put(&told, "CPU: 0\n---[ end " PANIC ": why ]---\n");
	ck_assert_str_eq(told.events, "PE");
	ck_assert_str_eq(told.text, PANIC ": why");
	close_console(&told);
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
	struct told told;
	uint8_t data[512];
	struct error err;

	ck_assert_int_eq(open_console(&told, out, log, &err), 0);
	for (unsigned int i = 0; i < sizeof(data); i++) {
		data[i] = i;
		console_put(&told.console, i);
	}
	console_flush(&told.console, 0);
	ck_assert_str_eq(told.events, "");
	check_file(path, data, sizeof(data));
	check_file(log, data, sizeof(data));
	/* A new run's log begins anew. */
	close_console(&told);
	ck_assert_int_eq(open_console(&told, out, log, &err), 0);
	check_file(log, data, 0);
	close_console(&told);
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
	struct told told;
	struct pollfd due = { .events = POLLIN };
	uint8_t data[CONSOLE_HELD];
	struct error err;

	ck_assert_int_eq(open_console(&told, out, NULL, &err), 0);
	put(&told, "a\nb");
	check_file(path, (const uint8_t *)"a\n", 2);
	ck_assert(told.console.timed);
	due.fd = told.console.timer;
	ck_assert_int_eq(poll(&due, 1, 10000), 1);
	console_flush(&told.console, 0);
	ck_assert(!told.console.timed);
	check_file(path, (const uint8_t *)"a\nb", 3);
	ck_assert_int_eq(ftruncate(out, 0), 0);
	ck_assert_int_eq(lseek(out, 0, SEEK_SET), 0);
	memset(data, 'x', sizeof(data));
	for (unsigned int i = 0; i < sizeof(data); i++)
		console_put(&told.console, data[i]);
	check_file(path, data, sizeof(data));
	close_console(&told);
	close(out);
	free(path);
}
END_TEST

/* A vCPU that has not stopped yet does not print into what comes after the console. */
START_TEST(nothing_follows_the_end)
{
	char *path = xasprintf("%s/console.end", scratch_dir);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct told told;
	struct error err;

	ck_assert_int_eq(open_console(&told, out, NULL, &err), 0);
	put(&told, "a");
	console_end(&told.console, 0);
	put(&told, "b\n");
	console_flush(&told.console, 0);
	check_file(path, (const uint8_t *)"a", 1);
	close_console(&told);
	close(out);
	free(path);
}
END_TEST

/* Said once; the log goes on, and so does the watch for a panic. */
START_TEST(nobody_reads)
{
	char *log = xasprintf("%s/closed.log", scratch_dir);
	struct told told;
	struct error err;
	int pipes[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(pipes), 0);
	close(pipes[0]);
	ck_assert_int_eq(open_console(&told, pipes[1], log, &err), 0);
	put(&told, "a");
	ck_assert_str_eq(told.events, "");
	put(&told, "\n");
	ck_assert_str_eq(told.events, "C");
	ck_assert_str_eq(told.text, "Broken pipe");
	put(&told, PANIC "\n");
	ck_assert_str_eq(told.events, "CP");
	check_file(log, (const uint8_t *)"a\n" PANIC "\n", strlen("a\n" PANIC "\n"));
	close_console(&told);
	close(pipes[1]);
	free(log);
	signal(SIGPIPE, SIG_DFL);
}
END_TEST

/* Fills the pipe @fd, so that the next write to it blocks. */
static void fill(int fd)
{
	uint8_t data[4096] = { 0 };

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, data, sizeof(data)) > 0)
		;
	fcntl(fd, F_SETFL, 0);
}

static void *put_line(void *told)
{
	put(told, "line\n");
	return NULL;
}

/* A vCPU that blocks in stdout has the lock: the main thread goes on, and tries again later. */
START_TEST(flush_does_not_wait_for_a_writer)
{
	uint8_t data[4096];
	struct told told;
	struct pollfd due = { .events = POLLIN };
	struct error err;
	pthread_t writer;
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	fill(pipes[1]);
	ck_assert_int_eq(open_console(&told, pipes[1], NULL, &err), 0);
	ck_assert_int_eq(pthread_create(&writer, NULL, put_line, &told), 0);
	while (!pthread_mutex_trylock(&told.console.lock)) {
		pthread_mutex_unlock(&told.console.lock);
		usleep(1000);
	}
	console_flush(&told.console, 0);
	due.fd = told.console.timer;
	ck_assert_int_eq(poll(&due, 1, 10000), 1);
	while (read(pipes[0], data, sizeof(data)) == sizeof(data))
		;
	ck_assert_int_eq(pthread_join(writer, NULL), 0);
	close_console(&told);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

/* Nobody blocks for what is due, either: it waits for its reader. */
START_TEST(flush_does_not_write_to_a_full_pipe)
{
	uint8_t data[4096];
	struct told told;
	struct error err;
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert_int_eq(open_console(&told, pipes[1], NULL, &err), 0);
	put(&told, "b");
	fill(pipes[1]);
	console_flush(&told.console, 0);
	ck_assert(told.console.timed && told.console.nr_held == 1);
	ck_assert_int_eq(read(pipes[0], data, sizeof(data)), sizeof(data));
	console_flush(&told.console, 0);
	ck_assert(!told.console.timed && !told.console.nr_held);
	close_console(&told);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

START_TEST(log_cannot_be_opened)
{
	struct told told;
	struct error err = { 0 };

	ck_assert_int_eq(open_console(&told, 1, "/nowhere/at/all", &err), -1);
	ck_assert_str_eq(err.text, "--console /nowhere/at/all: No such file or directory");
	close_console(&told);
}
END_TEST

/* What is beyond the limit is dropped and counted, and still watched for a panic. */
START_TEST(limit)
{
	char *log = xasprintf("%s/limit.log", scratch_dir);
	char *path = xasprintf("%s/limit.out", scratch_dir);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct caught caught;
	struct told told;
	struct error err;

	ck_assert_int_eq(open_console(&told, out, log, &err), 0);
	told.console.limit = 5;
	put(&told, "ab\ncd");
	ck_assert_uint_eq(told.console.dropped, 0);
	stderr_catch(&caught);
	put(&told, "\n");
	console_flush(&told.console, 0);
	check_file(path, (const uint8_t *)"ab\ncd", 5);
	check_file(log, (const uint8_t *)"ab\ncd", 5);
	ck_assert_uint_eq(told.console.dropped, 1);
	put(&told, PANIC "\n");
	ck_assert_str_eq(told.events, "P");
	console_flush(&told.console, 0);
	check_file(path, (const uint8_t *)"ab\ncd", 5);
	ck_assert_uint_eq(told.console.dropped, 2 + strlen(PANIC));
	ck_assert_str_eq(stderr_release(&caught), "");
	close_console(&told);
	close(out);
	free(log);
	free(path);
}
END_TEST

/* stdout under its usual name: no file is made, and nothing comes twice. */
START_TEST(log_is_stdout)
{
	struct told told;
	struct error err;

	ck_assert_int_eq(open_console(&told, 1, "-", &err), 0);
	ck_assert_int_eq(told.console.log, -1);
	close_console(&told);
}
END_TEST

static const struct timespec boot_start; /* of the host */

/* Each line of the log of a command's run has its time, once, however it comes. */
START_TEST(lines_have_their_times)
{
	char *log = xasprintf("%s/timed.log", scratch_dir), line[64];
	struct told told = { .console = { .out = -1, .tell = take_event, .start = &boot_start } };
	struct error err;
	double now = clock_seconds_since(&boot_start), before = now, at;
	FILE *file;

	told.console.stopping = &told.stopping;
	ck_assert_int_eq(console_open(&told.console, log, &err), 0);
	put(&told, "one\n\ntw");
	console_flush(&told.console, 0);
	put(&told, "o\nthree");
	console_end(&told.console, 1);
	now = clock_seconds_since(&boot_start);
	file = fopen(log, "r");
	for (unsigned int i = 0; i < 4; i++) {
		static const char *const texts[] = { "one\n", "\n", "two\n", "three" };
		int length;

		ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
		ck_assert_msg(sscanf(line, "[%lf]%n", &at, &length) == 1, "%s", line);
		ck_assert_msg(at >= before - 1e-6 && at <= now + 1e-6, "%f", at);
		ck_assert(line[0] == '[' && line[length] == ' ' && length >= 14);
		ck_assert_str_eq(line + length + 1, texts[i]);
		before = at;
	}
	ck_assert_ptr_null(fgets(line, sizeof(line), file));
	fclose(file);
	close_console(&told);
	free(told.console.last);
	free(log);
}
END_TEST

/* However many there were, and one that has not ended. */
START_TEST(last_lines_are_kept)
{
	struct told told = { .console = { .out = -1, .tell = take_event, .start = &boot_start } };
	unsigned int nr = (unsigned int[]){ 3, 50, 51, 120 }[_i], first = nr < 50 ? 0 : nr - 50;
	struct error err;
	char text[64], *printed, *at;
	size_t size;
	FILE *file = open_memstream(&printed, &size);

	told.console.stopping = &told.stopping;
	ck_assert_int_eq(console_open(&told.console, NULL, &err), 0);
	for (unsigned int i = 0; i < nr; i++) {
		snprintf(text, sizeof(text), "\x1b%u\xff\r\n", i);
		put(&told, text);
	}
	put(&told, "rest");
	console_print_last(&told.console, file);
	fclose(file);
	at = printed;
	for (unsigned int i = first; i < nr; i++) {
		int length = snprintf(text, sizeof(text), "numavm:   %u?\n", i);

		ck_assert_msg(!strncmp(at, text, length), "%s, not %s", at, text);
		at += length;
	}
	ck_assert_str_eq(at, "numavm:   rest\n");
	close_console(&told);
	free(told.console.last);
	free(printed);
}
END_TEST

/* What was no panic is forgotten; the next may be one. */
START_TEST(panic_is_forgotten)
{
	struct told told;
	struct error err;
	int out = open("/dev/null", O_WRONLY);

	ck_assert_int_eq(open_console(&told, out, NULL, &err), 0);
	put(&told, PANIC ": fake\n" PANIC ": again\n");
	ck_assert_str_eq(told.events, "P");
	console_forget_panic(&told.console);
	put(&told, PANIC ": true\n");
	ck_assert_str_eq(told.events, "PP");
	ck_assert_str_eq(told.text, PANIC ": true");
	close_console(&told);
	close(out);
}
END_TEST

Suite *console_suite(void)
{
	Suite *s = suite_create("console");
	TCase *tc = tcase_create("console");

	tcase_add_test(tc, panic_is_told);
	tcase_add_test(tc, every_byte_is_passed_on);
	tcase_add_test(tc, bytes_are_held);
	tcase_add_test(tc, nothing_follows_the_end);
	tcase_add_test(tc, nobody_reads);
	tcase_add_test(tc, flush_does_not_wait_for_a_writer);
	tcase_add_test(tc, flush_does_not_write_to_a_full_pipe);
	tcase_add_test(tc, log_cannot_be_opened);
	tcase_add_test(tc, limit);
	tcase_add_test(tc, log_is_stdout);
	tcase_add_test(tc, lines_have_their_times);
	tcase_add_test(tc, panic_is_forgotten);
	tcase_add_loop_test(tc, last_lines_are_kept, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}
