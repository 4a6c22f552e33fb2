// SPDX-License-Identifier: MIT
/* Compressed kernels: each format, kept once, and what is damaged leaves nothing. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/unpack.h"

static const char content[] = "a kernel that is none, a kernel that is none\n";

/* The content, packed as Linux's build does: with its length after it, but for gzip. */
static const struct {
	const char *name;
	size_t size;
	const char *data;
} packed[] = {
	/* clang-format off */
	{ "gzip", 47,
	    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x54\xc8\x4e"
	    "\x2d\xca\x4b\xcd\x51\x28\xc9\x48\x2c\x51\xc8\x2c\x56\xc8"
	    "\xcb\xcf\x4b\xd5\x51\x48\xc4\x26\xcc\x05\x00\x15\xfb\x2f"
	    "\xd8\x2d\x00\x00\x00" },
	{ "xz", 92,
	    "\xfd\x37\x7a\x58\x5a\x00\x00\x01\x69\x22\xde\x36\x02\x00"
	    "\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\xe0\x00\x2c\x00"
	    "\x1f\x5d\x00\x30\x88\x09\x66\x94\x53\x74\xb6\x71\x55\x97"
	    "\xfb\x75\x6a\x48\xae\xc5\x1c\xdc\xde\xb8\xd3\xec\x59\xd0"
	    "\xdd\x7e\x7b\x78\x00\x00\x00\x00\x15\xfb\x2f\xd8\x00\x01"
	    "\x37\x2d\x6a\x49\x5e\xf5\x90\x42\x99\x0d\x01\x00\x00\x00"
	    "\x00\x01\x59\x5a\x2d\x00\x00\x00" },
	{ "zstd", 47,
	    "\x28\xb5\x2f\xfd\x04\x58\xf5\x00\x00\xc0\x61\x20\x6b\x65"
	    "\x72\x6e\x65\x6c\x20\x74\x68\x61\x74\x20\x69\x73\x20\x6e"
	    "\x6f\x6e\x65\x2c\x20\x0a\x01\x00\xf5\x9b\x4d\xa3\x44\xb3"
	    "\x28\x2d\x00\x00\x00" },
	{ "lz4", 56,
	    "\x04\x22\x4d\x18\x64\x40\xa7\x21\x00\x00\x00\xfd\x08\x61"
	    "\x20\x6b\x65\x72\x6e\x65\x6c\x20\x74\x68\x61\x74\x20\x69"
	    "\x73\x20\x6e\x6f\x6e\x65\x2c\x20\x17\x00\x50\x6e\x6f\x6e"
	    "\x65\x0a\x00\x00\x00\x00\x92\x36\xed\x52\x2d\x00\x00\x00" },
	{ "lz4, legacy", 45,
	    "\x02\x21\x4c\x18\x21\x00\x00\x00\xfd\x08\x61\x20\x6b\x65"
	    "\x72\x6e\x65\x6c\x20\x74\x68\x61\x74\x20\x69\x73\x20\x6e"
	    "\x6f\x6e\x65\x2c\x20\x17\x00\x50\x6e\x6f\x6e\x65\x0a\x2d"
	    "\x00\x00\x00" },
	/* clang-format on */
};

static const uint8_t *data_of(int i)
{
	return (const uint8_t *)packed[i].data;
}

/* A cache of this test's own, empty; to be freed. */
static char *new_cache(const char *name, int i)
{
	char *cache = xasprintf("%s/cache-%s-%d", scratch_dir, name, i);

	ck_assert_int_eq(mkdir(cache, 0700), 0);
	setenv("XDG_CACHE_HOME", cache, 1);
	return cache;
}

static unsigned int kept_in(const char *cache)
{
	char *folder = xasprintf("%s/numavm", cache);
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned int nr = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	closedir(dir);
	free(folder);
	return nr;
}

/* A file with these bytes, without a name. */
static void make_file(struct file *file, const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	int fd = open(scratch_dir, O_TMPFILE | O_RDWR, 0600);

	ck_assert_int_eq(write(fd, data, size), size);
	ck_assert_msg(!file_from_fd(file, fd, "packed", &err), "%s", err.text);
}

/* As the kernel's architecture finds it, between other bytes. */
static int open_stream(struct unpacked *u, const uint8_t *data, size_t size, struct error *err)
{
	uint8_t bytes[300] = { 0 };
	struct file file;
	int ret;

	memcpy(bytes + 100, data, size);
	make_file(&file, bytes, sizeof(bytes));
	ret = unpack_open(u, &file, 100, unpack_stream_size(data, size), err);
	file_close(&file);
	return ret;
}

/* Opens, checks and keeps it. Returns the file's number. */
static ino_t open_and_check(const uint8_t *data, size_t size, bool kept)
{
	char got[sizeof(content) + 1];
	struct error err = { 0 };
	struct unpacked u;
	struct stat st;

	ck_assert_msg(!open_stream(&u, data, size, &err), "%s", err.text);
	ck_assert_uint_eq(u.file.size, sizeof(content) - 1);
	ck_assert_int_eq(pread(u.file.fd, got, sizeof(got), 0), sizeof(content) - 1);
	ck_assert_mem_eq(got, content, sizeof(content) - 1);
	ck_assert_int_eq(fstat(u.file.fd, &st), 0);
	ck_assert_int_eq(u.kept, kept);
	unpack_keep(&u);
	unpack_close(&u);
	return st.st_ino;
}

START_TEST(unpacked_and_kept)
{
	char *cache = new_cache("kept", _i);
	struct error err = { 0 };
	struct unpacked u;
	ino_t first;

	ck_assert(unpack_knows(data_of(_i), packed[_i].size));
	/* Not before it is asked for, and that is when it has been loaded. */
	ck_assert_msg(!open_stream(&u, data_of(_i), packed[_i].size, &err), "%s", err.text);
	unpack_close(&u);
	ck_assert_uint_eq(kept_in(cache), 0);
	first = open_and_check(data_of(_i), packed[_i].size, false);
	ck_assert_uint_eq(kept_in(cache), 1);
	/* The second time it is the kept one. */
	ck_assert(open_and_check(data_of(_i), packed[_i].size, true) == first);
	ck_assert_uint_eq(kept_in(cache), 1);
	free(cache);
}
END_TEST

START_TEST(forgotten_is_made_anew)
{
	char *cache = new_cache("forgotten", _i);
	struct error err = { 0 };
	struct unpacked u;

	open_and_check(data_of(_i), packed[_i].size, false);
	ck_assert_msg(!open_stream(&u, data_of(_i), packed[_i].size, &err), "%s", err.text);
	unpack_forget(&u);
	ck_assert_uint_eq(kept_in(cache), 0);
	open_and_check(data_of(_i), packed[_i].size, false);
	free(cache);
}
END_TEST

START_TEST(damaged_is_refused)
{
	char *cache = new_cache("damaged", _i);
	struct error err = { 0 };
	struct unpacked u;

	ck_assert_int_eq(open_stream(&u, data_of(_i), packed[_i].size / 2, &err), -1);
	ck_assert_msg(strstr(err.text, "cannot be unpacked: ") != NULL, "%s", err.text);
	ck_assert_uint_eq(kept_in(cache), 0);
	free(cache);
}
END_TEST

/* gzip alone has its checksum checked here, in bytes that may come in two chunks. */
START_TEST(wrong_checksum_is_refused)
{
	char *cache = new_cache("checksum", _i);
	struct error err = { 0 };
	struct unpacked u;
	uint8_t data[64];

	memcpy(data, data_of(0), packed[0].size);
	data[packed[0].size - 1 - _i] ^= 1;
	ck_assert_int_eq(open_stream(&u, data, packed[0].size, &err), -1);
	ck_assert_str_eq(err.text, "cannot be unpacked: its checksum is wrong");
	ck_assert_uint_eq(kept_in(cache), 0);
	free(cache);
}
END_TEST

/* A file that is no longer than this, and begins as a format does or nearly so. */
static const struct {
	const char *bytes;
	size_t size;
} short_files[] = {
	{ "\x1f\x8b\xfd\x34\x00\x28\xb5", 7 }, { "\x1f\x8b\x08", 3 },
	{ "\xfd\x37\x7a\x58\x5a\x00\x00", 7 }, { "\x28\xb5\x2f\xfd\x04", 5 },
	{ "\x04\x22\x4d\x18\x64", 5 },	       { "\x02\x21\x4c\x18\x21", 5 },
};

START_TEST(short_files_are_refused)
{
	char *cache = new_cache("short", _i);
	const uint8_t *bytes = (const uint8_t *)short_files[_i].bytes;
	uint64_t size = short_files[_i].size;
	struct error err = { 0 };
	struct unpacked u;
	struct file file;

	make_file(&file, bytes, size);
	ck_assert(unpack_knows(bytes, size));
	ck_assert_int_eq(unpack_open(&u, &file, 0, size, &err), -1);
	ck_assert_msg(strstr(err.text, "cannot be unpacked: ") != NULL, "%s", err.text);
	ck_assert_uint_eq(kept_in(cache), 0);
	for (size = 0; size < 8; size++)
		ck_assert_uint_le(unpack_stream_size(bytes, size), size);
	file_close(&file);
	free(cache);
}
END_TEST

/* gzip of gzip: what is inside stays packed, or a small file would unpack for minutes. */
static const uint8_t nested[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x93, 0xef, 0xe6,
	0x60, 0x00, 0x01, 0x26, 0xe6, 0xd3, 0xa7, 0xc3, 0x4f, 0xf8, 0xe9, 0x9e, 0xf2,
	0x3e, 0xfb, 0xf0, 0xd4, 0xe1, 0x43, 0x4c, 0x0c, 0x7c, 0x05, 0x8f, 0x1d, 0xe4,
	0x80, 0x12, 0x00, 0x99, 0x88, 0x1f, 0x18, 0x21, 0x00, 0x00, 0x00,
};

START_TEST(nested_is_unpacked_once)
{
	static const uint8_t magic[] = { 0x1f, 0x8b };
	char *cache = new_cache("nested", 0);
	struct error err = { 0 };
	struct unpacked u;
	uint8_t got[2];

	ck_assert_msg(!open_stream(&u, nested, sizeof(nested), &err), "%s", err.text);
	ck_assert_int_eq(pread(u.file.fd, got, 2, 0), 2);
	ck_assert_mem_eq(got, magic, 2);
	unpack_close(&u);
	free(cache);
}
END_TEST

/* While it is read; a map of it would end the program with SIGBUS. */
START_TEST(shrunk_is_refused)
{
	char *cache = new_cache("shrunk", _i);
	struct error err = { 0 };
	struct unpacked u;
	struct file file;

	if (_i)
		unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	make_file(&file, data_of(0), packed[0].size);
	ck_assert_int_eq(ftruncate(file.fd, 20), 0);
	ck_assert_int_eq(unpack_open(&u, &file, 0, file.size, &err), -1);
	ck_assert_msg(strstr(err.text, "it shrank while it was being read") != NULL, "%s",
		      err.text);
	file_close(&file);
	free(cache);
}
END_TEST

START_TEST(too_large_is_refused)
{
	char *cache = new_cache("large", 0);
	struct error err = { 0 };
	struct unpacked u;
	struct file file;

	make_file(&file, data_of(0), packed[0].size);
	ck_assert_int_eq(ftruncate(file.fd, GIB + 1), 0);
	ck_assert_int_eq(unpack_open(&u, &file, 0, GIB + 1, &err), -1);
	ck_assert_str_eq(err.text, "packed in more than 1024 MiB");
	file_close(&file);
	free(cache);
}
END_TEST

static const char *const no_caches[] = { "/proc/numavm", "relative", "" };

START_TEST(works_without_a_cache)
{
	setenv("XDG_CACHE_HOME", no_caches[_i], 1);
	unsetenv("HOME");
	open_and_check(data_of(0), packed[0].size, false);
	ck_assert_int_ne(access("relative", F_OK), 0);
}
END_TEST

static const char *const strangers[] = { "",
					 "\x1f",
					 "\x1f\x8b",
					 "\x1f\x8c....",
					 "\x7f"
					 "ELF...",
					 "\x28\xb5\x2f",
					 "\xfd"
					 "7zXZ.",
					 "MZ......" };

START_TEST(others_are_not_known)
{
	ck_assert(!unpack_knows((const uint8_t *)strangers[_i], strlen(strangers[_i])));
}
END_TEST

Suite *unpack_suite(void)
{
	Suite *s = suite_create("unpack");
	TCase *tc = tcase_create("unpack");

	tcase_add_loop_test(tc, unpacked_and_kept, 0, COUNT(packed));
	tcase_add_loop_test(tc, forgotten_is_made_anew, 0, COUNT(packed));
	tcase_add_loop_test(tc, damaged_is_refused, 0, COUNT(packed));
	tcase_add_loop_test(tc, wrong_checksum_is_refused, 0, 8);
	tcase_add_loop_test(tc, short_files_are_refused, 0, COUNT(short_files));
	tcase_add_test(tc, nested_is_unpacked_once);
	tcase_add_loop_test(tc, shrunk_is_refused, 0, 2);
	tcase_add_test(tc, too_large_is_refused);
	tcase_add_loop_test(tc, works_without_a_cache, 0, COUNT(no_caches));
	tcase_add_loop_test(tc, others_are_not_known, 0, COUNT(strangers));
	suite_add_tcase(s, tc);
	return s;
}
