// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/error.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(set_formats_and_returns_minus_one)
{
	struct error err = { .contention = true };

	ck_assert_int_eq(error_set(&err, "node %d: %s", 3, "no"), -1);
	ck_assert_str_eq(err.text, "node 3: no");
	ck_assert(!err.contention);
}
END_TEST

static const struct {
	int number;
	bool contention;
} errnos[] = {
	{ ENOMEM, true }, { EAGAIN, true },  { EBUSY, true },	{ ENOSPC, true },
	{ EMFILE, true }, { ENFILE, true },  { EINVAL, false }, { ENOENT, false },
	{ EPERM, false }, { EACCES, false }, { EIO, false },	{ ENOSYS, false },
};

START_TEST(errno_is_named_and_sorted)
{
	struct error err;
	char expected[200];

	errno = errnos[_i].number;
	ck_assert_int_eq(error_errno(&err, "mmap of %d", 7), -1);
	snprintf(expected, sizeof(expected), "mmap of 7: %s", strerror(errnos[_i].number));
	ck_assert_str_eq(err.text, expected);
	ck_assert_int_eq(err.contention, errnos[_i].contention);
}
END_TEST

START_TEST(prefix_keeps_what_is_there)
{
	struct error err;

	errno = EBUSY;
	error_errno(&err, "mbind");
	ck_assert_int_eq(error_prefix(&err, "node %d: ", 2), -1);
	ck_assert_str_eq(err.text, "node 2: mbind: Device or resource busy");
	ck_assert(err.contention);
}
END_TEST

/* Only a call that is refused as such: what else is wrong has another cure. */
START_TEST(refused_call_has_a_cure)
{
	struct error err;

	errno = errnos[_i].number;
	error_errno(&err, "mbind");
	ck_assert_int_eq(error_cure(&err, "add it"), -1);
	ck_assert_int_eq(strstr(err.text, ": add it") != NULL,
			 errnos[_i].number == EPERM || errnos[_i].number == ENOSYS);
	ck_assert_int_eq(err.contention, errnos[_i].contention);
}
END_TEST

START_TEST(long_messages_are_cut_not_overrun)
{
	struct error err;
	char text[2000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	error_set(&err, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	errno = EINVAL;
	error_errno(&err, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	error_set(&err, "tail");
	error_prefix(&err, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	error_set(&err, "%s", text);
	error_prefix(&err, "ab");
	ck_assert_str_eq(err.text + sizeof(err.text) - 4, "xxx");
	ck_assert(!memcmp(err.text, "abx", 3));
}
END_TEST

/* What is said after a value of any length, the cure, is kept, and what is before it. */
START_TEST(long_messages_keep_both_ends)
{
	size_t size = 1 << 20;
	char *text = calloc(size + 1, 1);
	struct error err;

	memset(text, 'x', size);
	error_set(&err, "size \"%s\": write 1G", text);
	ck_assert_msg(!strncmp(err.text, "size \"xx", 8), "%s", err.text);
	ck_assert_msg(strstr(err.text, "xx ... xx") != NULL, "%s", err.text);
	ck_assert_msg(strstr(err.text, "xx\": write 1G") != NULL, "%s", err.text);
	error_prefix(&err, "%s: ", "m.conf:7");
	ck_assert_msg(!strncmp(err.text, "m.conf:7: size \"xx", 18), "%s", err.text);
	ck_assert_msg(strstr(err.text, "xx\": write 1G") != NULL, "%s", err.text);
	errno = ENOENT;
	error_errno(&err, "%s", text);
	ck_assert_msg(strstr(err.text, "xx: No such file or directory") != NULL, "%s", err.text);
	free(text);
}
END_TEST

Suite *error_suite(void)
{
	Suite *s = suite_create("error");
	TCase *tc = tcase_create("error");

	tcase_add_test(tc, set_formats_and_returns_minus_one);
	tcase_add_loop_test(tc, errno_is_named_and_sorted, 0, COUNT(errnos));
	tcase_add_loop_test(tc, refused_call_has_a_cure, 0, COUNT(errnos));
	tcase_add_test(tc, prefix_keeps_what_is_there);
	tcase_add_test(tc, long_messages_are_cut_not_overrun);
	tcase_add_test(tc, long_messages_keep_both_ends);
	suite_add_tcase(s, tc);
	return s;
}
