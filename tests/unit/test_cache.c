// SPDX-License-Identifier: MIT
/* The folder of kept kernels: what in it is trusted, what it is named, and how large it gets. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/cache.h"

static const char content[] = "a kernel";

/* Makes $XDG_CACHE_HOME. Returns the cache's folder in it, not there yet; to be freed. */
static char *new_folder(const char *name, int i)
{
	char *parent = xasprintf("%s/%s-%d", scratch_dir, name, i), *folder;

	ck_assert_int_eq(mkdir(parent, 0700), 0);
	setenv("XDG_CACHE_HOME", parent, 1);
	folder = xasprintf("%s/numavm", parent);
	free(parent);
	return folder;
}

static void name_of(struct cache *cache, const char *bytes, char name[CACHE_NAME_SIZE])
{
	cache_hash(cache, bytes, strlen(bytes));
	cache_name(cache, CACHE_KERNEL, name);
}

/* Keeps the content under the name of "packed", and returns its path; to be freed. */
static char *keep(struct cache *cache, const char *folder, char name[CACHE_NAME_SIZE])
{
	int fd = cache_create(cache);

	ck_assert_int_eq(write(fd, content, sizeof(content)), sizeof(content));
	name_of(cache, "packed", name);
	cache_keep(cache, fd, name);
	close(fd);
	return xasprintf("%s/%s", folder, name);
}

START_TEST(kept_is_found)
{
	char *folder = new_folder("found", 0), *path, name[CACHE_NAME_SIZE], other[CACHE_NAME_SIZE];
	char got[sizeof(content)];
	struct cache cache;
	struct stat st;
	int fd;

	cache_open(&cache);
	path = keep(&cache, folder, name);
	ck_assert_uint_eq(strlen(name), CACHE_NAME_SIZE - 1);
	cache_close(&cache);
	cache_open(&cache);
	/* The same bytes, in whatever pieces, have the same name, and others another. */
	cache_hash(&cache, "pac", 3);
	name_of(&cache, "ked", other);
	ck_assert_str_eq(name, other);
	name_of(&cache, "packed", other);
	ck_assert_str_eq(name, other);
	name_of(&cache, "packee", other);
	ck_assert_str_ne(name, other);
	ck_assert_int_eq(cache_find(&cache, other), -1);
	fd = cache_find(&cache, name);
	ck_assert_int_eq(pread(fd, got, sizeof(got), 0), sizeof(content));
	ck_assert_mem_eq(got, content, sizeof(content));
	close(fd);
	ck_assert(!stat(folder, &st) && (st.st_mode & 07777) == 0700);
	ck_assert(!stat(path, &st) && (st.st_mode & 07777) == 0600);
	cache_forget(&cache, name);
	ck_assert_int_eq(cache_find(&cache, name), -1);
	cache_close(&cache);
	free(path);
	free(folder);
}
END_TEST

/* Two caches, and one whose key is lost, cut or open to others. */
START_TEST(names_need_the_key)
{
	char first[CACHE_NAME_SIZE], second[CACHE_NAME_SIZE], *folder, *key;
	struct cache cache;
	struct stat st;

	folder = new_folder("key", _i);
	key = xasprintf("%s/.key", folder);
	cache_open(&cache);
	name_of(&cache, "packed", first);
	cache_close(&cache);
	ck_assert(!stat(key, &st) && (st.st_mode & 07777) == 0600 && st.st_size == 16);
	switch (_i) {
	case 0:
		ck_assert_int_eq(unlink(key), 0);
		break;
	case 1:
		ck_assert_int_eq(truncate(key, 15), 0);
		break;
	case 2:
		ck_assert_int_eq(truncate(key, 0), 0);
		break;
	case 3:
		ck_assert_int_eq(chmod(key, 0640), 0);
		break;
	default:
		free(folder);
		folder = new_folder("other-key", 0);
	}
	for (int i = 0; i < 2; i++) {
		cache_open(&cache);
		ck_assert_int_ge(cache.folder, 0);
		name_of(&cache, "packed", second);
		cache_close(&cache);
		ck_assert_str_ne(first, second);
	}
	free(folder);
	free(key);
}
END_TEST

#define NR_RUNS 8

/* Of several that begin at once on a new folder, one makes the key and all use it. */
START_TEST(one_key_for_all)
{
	char *folder = new_folder("race", _i), names[NR_RUNS][CACHE_NAME_SIZE];
	int ends[2], gate[2], status;

	ck_assert(!pipe(ends) && !pipe(gate));
	for (unsigned int i = 0; i < NR_RUNS; i++) {
		struct cache cache;

		if (fork())
			continue;
		close(gate[1]);
		ck_assert_int_eq(read(gate[0], names, 1), 0);
		cache_open(&cache);
		name_of(&cache, "packed", names[0]);
		_exit(cache.folder < 0 ||
		      write(ends[1], names[0], CACHE_NAME_SIZE) != CACHE_NAME_SIZE);
	}
	close(gate[0]);
	close(gate[1]);
	for (unsigned int i = 0; i < NR_RUNS; i++) {
		ck_assert(wait(&status) > 0 && !status);
		ck_assert_int_eq(read(ends[0], names[i], CACHE_NAME_SIZE), CACHE_NAME_SIZE);
		ck_assert_str_eq(names[i], names[0]);
	}
	close(ends[0]);
	close(ends[1]);
	free(folder);
}
END_TEST

static int make_fifo(int at, const char *name)
{
	return mkfifoat(at, name, 0600);
}

static int make_with_mode(int at, const char *name, mode_t mode)
{
	int fd = openat(at, name, O_CREAT | O_EXCL | O_RDWR, 0600);

	return write(fd, "planted", 7) != 7 || fchmod(fd, mode) || close(fd);
}

static int make_link(int at, const char *name)
{
	return make_with_mode(at, "planted", 0600) || symlinkat("planted", at, name);
}

static int make_hard_link(int at, const char *name)
{
	return make_with_mode(at, "planted", 0600) || linkat(at, "planted", at, name, 0);
}

static int make_writable(int at, const char *name)
{
	return make_with_mode(at, name, 0602);
}

static int make_empty(int at, const char *name)
{
	return close(openat(at, name, O_CREAT | O_EXCL | O_RDWR, 0600));
}

static int make_others(int at, const char *name)
{
	return make_with_mode(at, name, 0600) || fchownat(at, name, 65534, 65534, 0);
}

static int (*const plants[])(int at, const char *name) = {
	make_fifo, make_link, make_hard_link, make_writable, make_empty, make_others,
};

/* What was planted is not used, and makes room for what is. */
START_TEST(planted_is_not_found)
{
	char *folder = new_folder("planted", _i), *path, name[CACHE_NAME_SIZE];
	struct cache cache;
	int fd;

	cache_open(&cache);
	path = keep(&cache, folder, name);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(plants[_i](cache.folder, name), 0);
	ck_assert_int_eq(cache_find(&cache, name), -1);
	free(keep(&cache, folder, name));
	fd = cache_find(&cache, name);
	ck_assert_int_ge(fd, 0);
	close(fd);
	cache_close(&cache);
	free(path);
	free(folder);
}
END_TEST

/* A lack of descriptors says nothing of what is there. */
START_TEST(kept_survives_a_lack)
{
	char *folder = new_folder("lack", 0), *path, name[CACHE_NAME_SIZE];
	struct rlimit limit, none;
	struct cache cache;

	cache_open(&cache);
	path = keep(&cache, folder, name);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(cache_find(&cache, name), -1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	cache_close(&cache);
	free(path);
	free(folder);
}
END_TEST

static int make_open_folder(int at, const char *path)
{
	return mkdirat(at, path, 0700) || fchmodat(at, path, 0770, 0);
}

static int make_folder_of_others(int at, const char *path)
{
	return mkdirat(at, path, 0700) || fchownat(at, path, 65534, 65534, 0);
}

static int make_folder_link(int at, const char *path)
{
	return symlinkat(scratch_dir, at, path); /* which is ours, and of mode 700 */
}

static int (*const folders[])(int at, const char *path) = {
	make_open_folder, make_folder_link, make_empty, make_fifo, make_folder_of_others,
};

/* It is done without, and that is said. */
START_TEST(unsafe_folder_is_not_used)
{
	char *folder = new_folder("unsafe", _i), *said = xasprintf("%s-said", folder);
	int old = dup(STDERR_FILENO), file = open(said, O_CREAT | O_RDWR, 0600);
	char text[400] = "", *wanted;
	struct cache cache;

	ck_assert_int_eq(folders[_i](AT_FDCWD, folder), 0);
	dup2(file, STDERR_FILENO);
	cache_open(&cache);
	ck_assert_int_eq(cache.folder, -1);
	cache_open(&cache); /* which says no more */
	dup2(old, STDERR_FILENO);
	ck_assert_int_eq(cache.folder, -1);
	ck_assert_int_gt(pread(file, text, sizeof(text) - 1, 0), 0);
	wanted = xasprintf("numavm: warning: kernels are not kept in %s: it is to be a folder of "
			   "this user and closed to others: remove it, or give it mode 700\n",
			   folder);
	ck_assert_str_eq(text, wanted);
	close(old);
	close(file);
	free(wanted);
	wanted = xasprintf("%s/.key", folder);
	ck_assert_int_ne(access(wanted, F_OK), 0);
	free(wanted);
	free(said);
	free(folder);
}
END_TEST

/* A sparse file of @mib MiB, last used @seconds ago. */
static void make_old(int at, const char *name, uint64_t mib, time_t seconds)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
				     { .tv_sec = time(NULL) - seconds } };
	int fd = openat(at, name, O_CREAT | O_EXCL | O_RDWR, 0600);

	ck_assert(fd >= 0 && !ftruncate(fd, mib * MIB) && !futimens(fd, times) && !close(fd));
}

#define OLD(digit) digit "0123456789abcdef0123456789abcde.kernel"
#define OLD_INITRD "70123456789abcdef0123456789abcde.initrd"

START_TEST(the_oldest_make_room)
{
	char *folder = new_folder("room", 0), name[CACHE_NAME_SIZE], *path;
	struct cache cache;

	cache_open(&cache);
	make_old(cache.folder, OLD("1"), 500, 3000);
	make_old(cache.folder, OLD("2"), 1, 5000);
	make_old(cache.folder, OLD("3"), 500, 4000);
	make_old(cache.folder, OLD_INITRD, 1, 6000);
	make_old(cache.folder, OLD("4"), 400, 1000);
	make_old(cache.folder, "5.kernel", 2000, 9000); /* what has no name of ours is not ours */
	make_old(cache.folder, OLD("6") "s", 2000, 9000);
	close(cache_find(&cache, OLD("3"))); /* used now */
	path = keep(&cache, folder, name);
	ck_assert_int_ne(faccessat(cache.folder, OLD("2"), F_OK, 0), 0);
	ck_assert_int_ne(faccessat(cache.folder, OLD_INITRD, F_OK, 0), 0);
	ck_assert_int_ne(faccessat(cache.folder, OLD("1"), F_OK, 0), 0);
	ck_assert_int_eq(faccessat(cache.folder, OLD("3"), F_OK, 0), 0);
	ck_assert_int_eq(faccessat(cache.folder, OLD("4"), F_OK, 0), 0);
	ck_assert_int_eq(faccessat(cache.folder, "5.kernel", F_OK, 0), 0);
	ck_assert_int_eq(faccessat(cache.folder, OLD("6") "s", F_OK, 0), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	cache_close(&cache);
	free(path);
	free(folder);
}
END_TEST

Suite *cache_suite(void)
{
	Suite *s = suite_create("cache");
	TCase *tc = tcase_create("cache");
	int root = geteuid() == 0;

	tcase_add_test(tc, kept_is_found);
	tcase_add_loop_test(tc, names_need_the_key, 0, 5);
	tcase_add_loop_test(tc, one_key_for_all, 0, 50);
	tcase_add_loop_test(tc, planted_is_not_found, 0, COUNT(plants) - !root);
	tcase_add_test(tc, kept_survives_a_lack);
	tcase_add_loop_test(tc, unsafe_folder_is_not_used, 0, COUNT(folders) - !root);
	if (!root)
		skip_test("cache: of another user", "only root can make them");
	tcase_add_test(tc, the_oldest_make_room);
	suite_add_tcase(s, tc);
	return s;
}
