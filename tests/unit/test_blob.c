// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/blob.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(appends_and_says_where)
{
	struct blob blob = { 0 };

	ck_assert_uint_eq(blob_add(&blob, "abc", 3), 0);
	ck_assert_uint_eq(blob_add_u8(&blob, 0x5a), 3);
	ck_assert_uint_eq(blob_add(&blob, NULL, 2), 4);
	ck_assert_uint_eq(blob_add_le(&blob, 0x1122334455667788ULL, 8), 6);
	ck_assert_uint_eq(blob_add_le(&blob, 0xaabbccdd, 3), 14);
	ck_assert_uint_eq(blob.size, 17);
	ck_assert_mem_eq(blob.data, "abc\x5a\0\0\x88\x77\x66\x55\x44\x33\x22\x11\xdd\xcc\xbb", 17);
	blob_free(&blob);
	ck_assert(!blob.data && !blob.size && !blob.capacity);
}
END_TEST

START_TEST(zeros_where_older_bytes_were)
{
	struct blob blob = { 0 };

	blob_add(&blob, "xxxxxxxx", 8);
	blob.size = 0;
	blob_add(&blob, NULL, 8);
	ck_assert_mem_eq(blob.data, "\0\0\0\0\0\0\0\0", 8);
	blob_free(&blob);
}
END_TEST

START_TEST(nothing_appended_is_nothing)
{
	struct blob blob = { 0 };

	ck_assert_uint_eq(blob_add(&blob, NULL, 0), 0);
	ck_assert_uint_eq(blob.size, 0);
	ck_assert_uint_eq(blob_checksum(&blob, 0, 0), 0);
	blob_free(&blob);
}
END_TEST

START_TEST(grows_and_keeps)
{
	struct blob blob = { 0 };

	for (unsigned int i = 0; i < 10000; i++)
		ck_assert_uint_eq(blob_add_u8(&blob, i * 7), i);
	ck_assert_uint_ge(blob.capacity, blob.size);
	for (unsigned int i = 0; i < 10000; i++)
		ck_assert_uint_eq(blob.data[i], (uint8_t)(i * 7));
	blob_free(&blob);
}
END_TEST

static const struct {
	size_t offset;
	const char *result;
} inserts[] = { { 0, "xyzabcd" }, { 1, "axyzbcd" }, { 3, "abcxyzd" }, { 4, "abcdxyz" } };

START_TEST(insert_opens_a_gap)
{
	struct blob blob = { 0 };

	blob_add(&blob, "abcd", 4);
	blob_insert(&blob, inserts[_i].offset, "xyz", 3);
	ck_assert_uint_eq(blob.size, 7);
	ck_assert_mem_eq(blob.data, inserts[_i].result, 7);
	blob_free(&blob);
}
END_TEST

static const struct {
	const char *bytes;
	size_t size, offset;
	uint8_t sum;
} sums[] = {
	{ "\x01\x02\x03", 3, 0, 0xfa }, { "\xff\xff", 2, 0, 2 },	{ "\x80\x80", 2, 0, 0 },
	{ "\x01\x02\x03", 2, 1, 0xfb }, { "\x01\x02\x03", 1, 2, 0xfd },
};

START_TEST(checksum_makes_zero)
{
	struct blob blob = { 0 };

	blob_add(&blob, sums[_i].bytes, sums[_i].offset + sums[_i].size);
	ck_assert_uint_eq(blob_checksum(&blob, sums[_i].offset, sums[_i].size), sums[_i].sum);
	blob_free(&blob);
}
END_TEST

/* With all folders above it, as mkdir -p makes them; what is there already will do. */
START_TEST(folders_are_made)
{
	static const char *const folders[] = { "b", "b/c/d", "b/c/d/", "b//e/../f" };
	struct blob blob = { 0 };
	struct error err;

	blob_add(&blob, "xyz", 3);
	for (unsigned int i = 0; i < COUNT(folders); i++) {
		char *folder = xasprintf("%s/blob/%s", scratch_dir, folders[i]);
		char *path = xasprintf("%s/x", folder);
		struct stat st;

		ck_assert_msg(!blob_write(&blob, 1, 2, folder, "x", &err), "%s", err.text);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_eq(st.st_size, 2);
		free(path);
		free(folder);
	}
	blob_free(&blob);
}
END_TEST

START_TEST(folder_that_cannot_be_is_named)
{
	char *file = xasprintf("%s/blob.file", scratch_dir), *folder = xasprintf("%s/a/b", file);
	struct blob blob = { 0 };
	struct error err;

	ck_assert_int_eq(close(creat(file, 0600)), 0);
	ck_assert_int_eq(blob_write(&blob, 0, 0, folder, "x", &err), -1);
	ck_assert_msg(strstr(err.text, folder) && strstr(err.text, ": Not a directory"), "%s",
		      err.text);
	ck_assert_int_eq(blob_write(&blob, 0, 0, "", "x", &err), -1);
	free(folder);
	free(file);
}
END_TEST

Suite *blob_suite(void)
{
	Suite *s = suite_create("blob");
	TCase *tc = tcase_create("blob");

	tcase_add_test(tc, appends_and_says_where);
	tcase_add_test(tc, zeros_where_older_bytes_were);
	tcase_add_test(tc, nothing_appended_is_nothing);
	tcase_add_test(tc, grows_and_keeps);
	tcase_add_loop_test(tc, insert_opens_a_gap, 0, COUNT(inserts));
	tcase_add_loop_test(tc, checksum_makes_zero, 0, COUNT(sums));
	tcase_add_test(tc, folders_are_made);
	tcase_add_test(tc, folder_that_cannot_be_is_named);
	suite_add_tcase(s, tc);
	return s;
}
