// SPDX-License-Identifier: MIT
/* Compressed kernels: each format, kept once, and what is damaged leaves nothing. */
#include <dirent.h>
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
static char *new_cache(const char *name)
{
	char *cache = xasprintf("%s/cache-%s", scratch_dir, name);

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

/* Opens and checks it. Returns the file's number. */
static ino_t open_and_check(const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	int fd = unpack_open(data, unpack_stream_size(data, size), &err);
	char got[sizeof(content) + 1];
	struct stat st;

	ck_assert_msg(fd >= 0, "%s", err.text);
	ck_assert_int_eq(pread(fd, got, sizeof(got), 0), sizeof(content) - 1);
	ck_assert_mem_eq(got, content, sizeof(content) - 1);
	ck_assert_int_eq(fstat(fd, &st), 0);
	close(fd);
	return st.st_ino;
}

START_TEST(unpacked_and_kept)
{
	char *name = xasprintf("kept-%d", _i), *cache = new_cache(name);
	ino_t first;

	ck_assert(unpack_knows(data_of(_i), packed[_i].size));
	first = open_and_check(data_of(_i), packed[_i].size);
	ck_assert_uint_eq(kept_in(cache), 1);
	/* The second time it is the kept one. */
	ck_assert(open_and_check(data_of(_i), packed[_i].size) == first);
	ck_assert_uint_eq(kept_in(cache), 1);
	free(cache);
	free(name);
}
END_TEST

START_TEST(damaged_is_refused)
{
	char *name = xasprintf("damaged-%d", _i), *cache = new_cache(name);
	uint8_t data[100];
	struct error err = { 0 };

	memcpy(data, data_of(_i), packed[_i].size);
	ck_assert_int_eq(unpack_open(data, packed[_i].size / 2, &err), -1);
	ck_assert_msg(strstr(err.text, "cannot be unpacked: ") != NULL, "%s", err.text);
	ck_assert_uint_eq(kept_in(cache), 0);
	free(cache);
	free(name);
}
END_TEST

static const char *const no_caches[] = { "/proc/numavm", "relative", "" };

START_TEST(works_without_a_cache)
{
	setenv("XDG_CACHE_HOME", no_caches[_i], 1);
	unsetenv("HOME");
	open_and_check(data_of(0), packed[0].size);
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
	tcase_add_loop_test(tc, damaged_is_refused, 0, COUNT(packed));
	tcase_add_loop_test(tc, works_without_a_cache, 0, COUNT(no_caches));
	tcase_add_loop_test(tc, others_are_not_known, 0, COUNT(strangers));
	suite_add_tcase(s, tc);
	return s;
}
