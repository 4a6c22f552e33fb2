// SPDX-License-Identifier: MIT
/* The archive of a command, read back through libarchive. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/elves.h"
#include "tests/unit/newc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/init_image.h"
#include "vmm/guest/initramfs.h"
#include "vmm/guest/job.h"

static const struct modules no_modules;

static char *use_cache(const char *name)
{
	char *parent = xasprintf("%s/%s", scratch_dir, name);

	ck_assert(!mkdir(parent, 0700) || errno == EEXIST);
	setenv("XDG_CACHE_HOME", parent, 1);
	return parent;
}

/* Reads the archive of @command, and notes its size and what it unpacks to. */
static void read_archive(struct newc *archive, const struct command *command)
{
	struct error err = { 0 };
	struct boot boot = { .kernel.fd = -1 };

	ck_assert_msg(!initramfs_open(command, &no_modules, &boot, &err), "%s", err.text);
	ck_assert_uint_eq(boot.nr_initrds, 2);
	newc_read(archive, boot.initrds[0].fd);
	boot_close(&boot);
}

static void must_refuse(const struct command *command, const char *const texts[3])
{
	struct error err = { 0 };
	struct boot boot = { .kernel.fd = -1 };

	ck_assert_int_eq(initramfs_open(command, &no_modules, &boot, &err), -1);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(strstr(err.text, texts[i]) != NULL, "no \"%s\" in: %s", texts[i],
			      err.text);
}

/* The archives that are kept below @cache; @only is the path of the last, to be freed. */
static unsigned int count_kept(const char *cache, char **only)
{
	char *path = xasprintf("%s/numavm", cache);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned int nr = 0;

	while (dir && (entry = readdir(dir)))
		if (strstr(entry->d_name, ".initrd")) {
			free(*only);
			*only = xasprintf("%s/%s", path, entry->d_name);
			nr++;
		}
	if (dir)
		closedir(dir);
	free(path);
	return nr;
}

START_TEST(true_is_whole)
{
	char *const argv[] = { "true", NULL };
	const struct command command = { .argv = argv, .key = 7 };
	const struct newc_file *file;
	struct newc archive;

	free(use_cache("true"));
	read_archive(&archive, &command);
	file = newc_find(&archive, "init");
	ck_assert_uint_eq(file->size, guest_init_size);
	ck_assert_mem_eq(file->data, guest_init, guest_init_size);
	ck_assert_uint_eq(file->mode, S_IFREG | 0755);
	file = newc_find(&archive, "dev/console");
	ck_assert_uint_eq(file->mode, S_IFCHR | 0600);
	ck_assert_uint_eq(file->device, 0x501);
	ck_assert_uint_eq(newc_find(&archive, "tmp")->mode, S_IFDIR | 01777);
	newc_like_host(&archive, "/usr/bin/true");
	newc_like_host(&archive, "/etc/passwd");
	ck_assert_ptr_nonnull(newc_find(&archive, "proc"));
	newc_free(&archive);
}
END_TEST

/* That of a program that has long been there is kept, found, and made anew when damaged. */
START_TEST(kept_is_found_again)
{
	char *const argv[] = { "true", NULL }, *const other_argv[] = { "false", NULL };
	const struct command command = { .argv = argv }, other = { .argv = other_argv };
	char *cache = use_cache(_i ? "kept-1" : "kept-0"), *path = NULL;
	struct stat first, second;
	struct newc archive;

	read_archive(&archive, &command);
	newc_free(&archive);
	ck_assert_uint_eq(count_kept(cache, &path), 1);
	ck_assert_int_eq(stat(path, &first), 0);
	read_archive(&archive, &command);
	newc_free(&archive);
	ck_assert(!stat(path, &second) && first.st_ino == second.st_ino);
	ck_assert_uint_eq(count_kept(cache, &path), 1);
	ck_assert_int_eq(truncate(path, first.st_size - 1 - 1000 * _i), 0);
	read_archive(&archive, &command);
	newc_like_host(&archive, "/usr/bin/true");
	newc_free(&archive);
	ck_assert(!stat(path, &second) && second.st_size == first.st_size);
	read_archive(&archive, &other);
	newc_like_host(&archive, "/usr/bin/false");
	newc_free(&archive);
	ck_assert_uint_eq(count_kept(cache, &path), 2);
	free(cache);
	free(path);
}
END_TEST

/* What programs draw with is what the host knows of its terminal. */
START_TEST(terminal_is_described)
{
	static const char *const described[] = { "TERM=linux", "TERM=nothing", "TERM=l/linux",
						 "TERM=" };
	char *const argv[] = { "true", NULL }, *env[] = { (char *)described[_i / 2], NULL };
	const struct command command = { .argv = argv, .env = env, .terminal = !(_i & 1) };
	struct newc archive;

	free(use_cache("terminal"));
	read_archive(&archive, &command);
	if (_i)
		ck_assert_ptr_null(newc_follow(&archive, "/lib/terminfo/l/linux"));
	else
		newc_like_host(&archive, "/lib/terminfo/l/linux");
	newc_free(&archive);
}
END_TEST

/* The same file for two paths in the guest is two archives. */
START_TEST(paths_are_in_the_name)
{
	char *const argv[] = { "true", NULL }, *cache = use_cache("paths"), *path = NULL;
	char *files[] = { "/usr/bin/env:/a", NULL };
	const struct command command = { .argv = argv, .files = files };
	struct newc archive;

	for (int i = 0; i < 2; i++) {
		read_archive(&archive, &command);
		ck_assert_ptr_nonnull(newc_find(&archive, i ? "b" : "a"));
		newc_free(&archive);
		ck_assert_uint_eq(count_kept(cache, &path), i + 1);
		files[0] = "/usr/bin/env:/b";
	}
	free(path);
	free(cache);
}
END_TEST

/* Reads the archive until it is kept: not before a change would change a time as well. */
static void wait_until_kept(const char *cache, const struct command *command, unsigned int nr)
{
	char *path = NULL;
	struct newc archive;

	for (int i = 0; i < 200 && count_kept(cache, &path) < nr; i++) {
		read_archive(&archive, command);
		newc_free(&archive);
		usleep(50000);
	}
	ck_assert_uint_eq(count_kept(cache, &path), nr);
	free(path);
}

/* Of the same size, and with the same time of change. */
START_TEST(changed_is_noticed)
{
	char *const argv[] = { "true", NULL }, *cache = use_cache("changed"), *none = NULL;
	char *path, *const files[] = { path = elves_path("changed-file"), NULL };
	const struct command command = { .argv = argv, .files = files };
	struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	struct newc archive;

	for (int i = 0; i < 2; i++) {
		elves_text("changed-file", i ? "two" : "one");
		ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
		read_archive(&archive, &command);
		newc_like_host(&archive, path);
		newc_free(&archive);
		ck_assert_uint_eq(count_kept(cache, &none), i);
		if (!i)
			wait_until_kept(cache, &command, 1);
	}
	free(none);
	free(path);
	free(cache);
}
END_TEST

/* In a container: no HOME, or one that is read-only. */
START_TEST(no_cache_is_needed)
{
	char *const argv[] = { "true", NULL };
	const struct command command = { .argv = argv };
	struct newc archive;

	unsetenv("XDG_CACHE_HOME");
	if (_i)
		setenv("HOME", "/proc/nowhere", 1);
	else
		unsetenv("HOME");
	read_archive(&archive, &command);
	newc_like_host(&archive, "/usr/bin/true");
	newc_free(&archive);
}
END_TEST

START_TEST(files_are_where_they_are_to_be)
{
	char *plain, *dir, *files[] = { NULL, NULL, NULL }, *dirs[] = { NULL, NULL };
	char *const argv[] = { "no-such-command", NULL };
	const struct command command = { .argv = argv, .files = files, .dirs = dirs };
	const struct newc_file *file;
	struct newc archive;

	free(use_cache("files"));
	elves_text("u/plain", "plain");
	elves_text("u/dir/sub/script", "#!/bin/sh\n");
	elves_text("u/dir/..odd", "odd");
	elves_link("u/dir/out", "../../../..");
	plain = elves_path("u/plain");
	dir = elves_path("u/dir");
	ck_assert_int_eq(chmod(plain, 04640), 0);
	files[0] = plain;
	files[1] = xasprintf("%s:lib//moved", plain);
	dirs[0] = xasprintf("%s:/data/x", dir);
	read_archive(&archive, &command);
	newc_like_host(&archive, plain);
	file = newc_follow(&archive, "/lib/moved");
	ck_assert(file && file->mode == (S_IFREG | 04640) && !file->uid);
	file = newc_find(&archive, "data/x/out");
	ck_assert(file && !strcmp(file->target, "../../../.."));
	ck_assert_ptr_nonnull(newc_find(&archive, "data/x/..odd"));
	ck_assert_ptr_nonnull(newc_find(&archive, "data/x/sub/script"));
	newc_like_host(&archive, "/bin/sh"); /* of the script */
	newc_free(&archive);
	free(plain);
	free(dir);
	free(files[1]);
	free(dirs[0]);
}
END_TEST

/* The first of two for one path stays, and none takes init's. */
START_TEST(the_users_own_stay)
{
	char *plain, *files[] = { NULL, NULL, NULL, NULL };
	char *const argv[] = { "true", NULL };
	const struct command command = { .argv = argv, .files = files };
	const struct newc_file *file;
	struct newc archive;

	free(use_cache("own"));
	elves_text("w/plain", "#!/usr/bin/env cat\n");
	plain = elves_path("w/plain");
	files[0] = xasprintf("%s:/usr/bin/true", plain);
	files[1] = xasprintf("%s:/init", plain);
	files[2] = xasprintf("%s:/etc/passwd", plain);
	read_archive(&archive, &command);
	file = newc_find(&archive, "init");
	ck_assert(file && file->size == guest_init_size);
	for (int i = 0; i < 3; i += 2) {
		file = newc_follow(&archive, strchr(files[i], ':') + 1);
		ck_assert(file && !memcmp(file->data, "#!/usr/bin/env cat", 18));
	}
	newc_like_host(&archive, "/usr/bin/env");
	newc_like_host(&archive, "/bin/cat"); /* and no link to busybox */
	newc_free(&archive);
	for (int i = 0; i < 3; i++)
		free(files[i]);
	free(plain);
}
END_TEST

START_TEST(wrong_files_are_refused)
{
	char *const argv[] = { "true", NULL }, *dir = elves_path("x");
	char *list[] = { NULL, NULL };
	const struct command files = { .argv = argv, .files = list };
	const struct command dirs = { .argv = argv, .dirs = list };
	const struct command root = { .argv = argv, .root = "/nowhere" };

	free(use_cache("wrong"));
	elves_text("x/file", "x");
	elves_make("x/lacks", &(struct elf_spec){ .needed = { "libnowhere.so" } });
	list[0] = xasprintf("%s/file:/a/../b", dir);
	must_refuse(&files, (const char *const[]){ "--file", "\"..\"", "HOST:GUEST" });
	must_refuse(&dirs, (const char *const[]){ "--dir", "\"..\"", "HOST:GUEST" });
	free(list[0]);
	list[0] = xasprintf("%s/file:/a/", dir);
	must_refuse(&files, (const char *const[]){ "--file", "/a/ is a folder", "/a/file" });
	free(list[0]);
	list[0] = dir;
	must_refuse(&files, (const char *const[]){ "--file", "not a regular file", "--dir" });
	list[0] = xasprintf("%s/file", dir);
	must_refuse(&dirs, (const char *const[]){ "--dir", "not a folder", "--file" });
	free(list[0]);
	list[0] = xasprintf("%s/lacks", dir);
	must_refuse(&files, (const char *const[]){ "x/lacks needs", "libnowhere.so", "--file" });
	free(list[0]);
	list[0] = xasprintf("%s/huge", dir);
	elves_text("x/huge", "x");
	ck_assert_int_eq(truncate(list[0], 4 * GIB), 0);
	must_refuse(&files, (const char *const[]){ "x/huge", "4 GiB", "initramfs" });
	ck_assert_int_eq(truncate(list[0], 0), 0);
	free(list[0]);
	list[0] = "/nowhere/x:/y";
	must_refuse(&files, (const char *const[]){ "--file", "/nowhere/x", "No such file" });
	must_refuse(&dirs, (const char *const[]){ "--dir", "/nowhere/x", "No such file" });
	must_refuse(&root, (const char *const[]){ "--root", "/nowhere", "No such file" });
	free(dir);
}
END_TEST

/* A folder as the root is all there is, beside init and what that needs. */
START_TEST(root_is_whole)
{
	char *root = elves_path("z"), *const argv[] = { "true", NULL };
	const struct command command = { .argv = argv, .root = root };
	const struct newc_file *file;
	struct newc archive;

	free(use_cache("root"));
	elves_text("z/etc/passwd", "x");
	elves_text("z/usr/bin/tool", "tool");
	elves_text("z/init", "its own");
	elves_link("z/bin", "usr/bin");
	read_archive(&archive, &command);
	file = newc_find(&archive, "etc/passwd");
	ck_assert(file && file->size == 1);
	file = newc_follow(&archive, "/bin/tool");
	ck_assert(file && !memcmp(file->data, "tool", 4));
	file = newc_find(&archive, "init");
	ck_assert(file && file->size == guest_init_size);
	ck_assert_ptr_nonnull(newc_find(&archive, "dev/console"));
	ck_assert_ptr_null(newc_follow(&archive, "/usr/bin/true"));
	ck_assert_ptr_null(newc_find(&archive, "etc/hosts"));
	newc_free(&archive);
	free(root);
}
END_TEST

Suite *initramfs_suite(void)
{
	const TTest *const once[] = {
		true_is_whole,	    paths_are_in_the_name,
		changed_is_noticed, files_are_where_they_are_to_be,
		the_users_own_stay, wrong_files_are_refused,
		root_is_whole,
	};
	const char *reason = access("/usr/bin/env", X_OK) ? "no /usr/bin/env" : NULL;
	Suite *s = suite_create("initramfs");
	TCase *tc = tcase_create("initramfs");

	tcase_set_timeout(tc, 30);
	add_or_skip(tc, once, COUNT(once), reason);
	if (!reason) {
		if (access("/lib/terminfo/l/linux", F_OK))
			skip_test("terminal_is_described", "no /lib/terminfo/l/linux");
		else
			tcase_add_loop_test(tc, terminal_is_described, 0, 8);
		tcase_add_loop_test(tc, kept_is_found_again, 0, 2);
		tcase_add_loop_test(tc, no_cache_is_needed, 0, 2);
	}
	suite_add_tcase(s, tc);
	return s;
}
