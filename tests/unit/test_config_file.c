// SPDX-License-Identifier: MIT
/* What a config is read from: files, pipes, stdin, and what is none. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/cli/config.h"

/* One file in the scratch folder. */
static char *write_file(const char *name, const void *data, size_t size)
{
	char *path = xasprintf("%s/%s", scratch_dir, name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

START_TEST(file_is_read)
{
	static const char text[] = "# a machine\nkernel = vmlinuz\n";
	char *path = write_file("good.conf", text, strlen(text)), *kernel;
	struct settings s;
	struct error err;

	ck_assert_msg(!config_read(path, &s, &err), "%s", err.text);
	kernel = xasprintf("%s/vmlinuz", scratch_dir);
	ck_assert_str_eq(s.kernel, kernel);
	ck_assert_str_eq(settings_where(&s, NULL, "kernel")->name, path);
	settings_free(&s);
	free(kernel);
	free(path);
}
END_TEST

/* Reads @text from a pipe, as of "-c <(...)". */
static int read_pipe(const char *text, struct settings *s, struct error *err)
{
	char *path;
	int ends[2], ret;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], text, strlen(text)), strlen(text));
	ck_assert_int_eq(close(ends[1]), 0);
	path = xasprintf("/dev/fd/%d", ends[0]);
	ret = config_read(path, s, err);
	if (ret)
		ck_assert_msg(!strncmp(err->text, path, strlen(path)), "%s", err->text);
	ck_assert_int_eq(close(ends[0]), 0);
	free(path);
	return ret;
}

/* Nothing is a neighbour of a pipe: paths are relative to the current folder. */
START_TEST(pipe_is_read)
{
	struct settings s;
	struct error err;

	ck_assert_int_eq(read_pipe("\nmemory = 1X\n", &s, &err), -1);
	ck_assert_msg(strstr(err.text, ":2: memory = size \"1X\"") != NULL, "%s", err.text);
	ck_assert_msg(!read_pipe("memory = 1G kernel = vmlinuz", &s, &err), "%s", err.text);
	ck_assert_uint_eq(s.memory, GIB);
	ck_assert_str_eq(s.kernel, "vmlinuz");
	settings_free(&s);
}
END_TEST

static const char *const stdin_names[] = { "-", "/dev/stdin" };

START_TEST(stdin_is_read)
{
	static const char text[] = "\nkernel = vmlinuz\nmemory = 1X\n";
	char *path = write_file("stdin.conf", text, strlen(text));
	int old = dup(STDIN_FILENO), fd = open(path, O_RDONLY);
	struct settings s;
	struct error err;
	char byte;

	ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(config_read(stdin_names[_i], &s, &err), -1);
	ck_assert_msg(!strncmp(err.text, "stdin:3: memory = size", 22), "%s", err.text);
	/* The guest gets what is left of it: nothing. */
	ck_assert_int_eq(read(STDIN_FILENO, &byte, 1), 0);
	ck_assert_int_eq(pwrite(creat(path, 0600), "\nkernel = vmlinuz", 17, 0), 17);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_msg(!config_read(stdin_names[_i], &s, &err), "%s", err.text);
	ck_assert_msg(!strcmp(s.kernel, "./vmlinuz"), "%s", s.kernel);
	settings_free(&s);
	dup2(old, STDIN_FILENO);
	close(old);
	close(fd);
	free(path);
}
END_TEST

/* Reads @path, which is no config, and frees it. */
static void assert_unreadable(char *path, const char *says)
{
	struct settings s;
	struct error err = { 0 };

	ck_assert_int_eq(config_read(path, &s, &err), -1);
	ck_assert_msg(strstr(err.text, path) != NULL, "%s", err.text);
	ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
	ck_assert(!err.contention);
	free(path);
}

START_TEST(no_config_file)
{
	char *large = xasprintf("%s/large.conf", scratch_dir);

	assert_unreadable(xasprintf("%s/none.conf", scratch_dir), "No such file");
	assert_unreadable(xasprintf("%s/none.conf", scratch_dir),
			  ": give a file as numavm.conf(5)");
	assert_unreadable(write_file("empty.conf", "", 0),
			  ": empty: give a file as numavm.conf(5)");
	assert_unreadable(xstrdup(scratch_dir), "Is a directory: give a file");
	assert_unreadable(xstrdup("/dev/null"), ": empty: give a file");
	assert_unreadable(write_file("zero.conf", "memory = 1G\n\0\n", 14), ":2: a zero byte");
	ck_assert_int_eq(close(creat(large, 0600)), 0);
	ck_assert_int_eq(truncate(large, 100 * MIB), 0);
	assert_unreadable(large, "at most 8 MiB");
	assert_unreadable(xstrdup("/dev/zero"), "at most 8 MiB");
	assert_unreadable(write_file("le.conf",
				     "\xff\xfe"
				     "c\0",
				     4),
			  ":1: UTF-16: save it as UTF-8");
	assert_unreadable(write_file("be.conf", "\xfe\xff\0c", 4), ":1: UTF-16: save it as UTF-8");
}
END_TEST

Suite *config_file_suite(void)
{
	Suite *s = suite_create("config_file");
	TCase *tc = tcase_create("config_file");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, file_is_read);
	tcase_add_test(tc, pipe_is_read);
	tcase_add_loop_test(tc, stdin_is_read, 0, COUNT(stdin_names));
	tcase_add_test(tc, no_config_file);
	suite_add_tcase(s, tc);
	return s;
}
