// SPDX-License-Identifier: MIT
/* Writing to whom nobody may wait for. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/patient.h"

#define LONG (300 << 10) /* more than a pipe holds */

/* Blocking or not: given up after a second without a reader, and SIGALRM and its timer are back. */
START_TEST(nobody_reads)
{
	char *text = xcalloc(1, LONG);
	struct sigaction before, action;
	struct itimerval timer;
	struct timespec start;
	int ends[2];

	ck_assert_int_eq(pipe2(ends, _i ? O_NONBLOCK : 0), 0);
	sigaction(SIGALRM, NULL, &before);
	clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert_int_eq(patient_write(ends[1], text, LONG), -1);
	ck_assert_int_eq(errno, EINTR);
	ck_assert(clock_seconds_since(&start) > 0.9);
	sigaction(SIGALRM, NULL, &action);
	getitimer(ITIMER_REAL, &timer);
	ck_assert(action.sa_handler == before.sa_handler && !timerisset(&timer.it_value));
	close(ends[0]);
	close(ends[1]);
	free(text);
}
END_TEST

/* Even where SIGALRM is blocked, which is so again afterwards. */
START_TEST(alarm_is_blocked)
{
	static char text[LONG];
	sigset_t set, now;
	int ends[2];

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(patient_write(ends[1], text, LONG), -1);
	pthread_sigmask(SIG_UNBLOCK, &set, &now);
	ck_assert(sigismember(&now, SIGALRM) == 1);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static void *read_slowly(void *fd)
{
	static char data[LONG];
	const struct timespec pause = { .tv_nsec = 300000000 };
	size_t size = 0;
	ssize_t got;

	for (; size < LONG; size += got) {
		nanosleep(&pause, NULL);
		got = read(*(int *)fd, data + size, LONG / 5);
		if (got <= 0)
			break;
	}
	return memchr(data, 0, LONG) ? NULL : data;
}

/* A slow reader gets it all, longer than the patience of one wait. */
START_TEST(somebody_reads)
{
	char *text = xcalloc(1, LONG);
	pthread_t reader;
	sigset_t set;
	void *whole;
	int ends[2];

	memset(text, 'x', LONG);
	ck_assert_int_eq(pipe(ends), 0);
	sigfillset(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	ck_assert_int_eq(pthread_create(&reader, NULL, read_slowly, &ends[0]), 0);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	ck_assert_int_eq(patient_write(ends[1], text, LONG), 0);
	close(ends[1]);
	pthread_join(reader, &whole);
	ck_assert_ptr_nonnull(whole);
	close(ends[0]);
	free(text);
}
END_TEST

START_TEST(file_refuses)
{
	int fd = open("/dev/full", O_WRONLY);

	ck_assert_int_eq(patient_write(fd, "a", 1), -1);
	ck_assert_int_eq(errno, ENOSPC);
	close(fd);
	ck_assert_int_eq(patient_write(fd, "a", 1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(patient_write(STDOUT_FILENO, "", 0), 0);
}
END_TEST

Suite *patient_suite(void)
{
	Suite *s = suite_create("patient");
	TCase *tc = tcase_create("patient");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, nobody_reads, 0, 2);
	tcase_add_test(tc, alarm_is_blocked);
	tcase_add_test(tc, somebody_reads);
	tcase_add_test(tc, file_refuses);
	suite_add_tcase(s, tc);
	return s;
}
