// SPDX-License-Identifier: MIT
/* What init is told, read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/newc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/command.h"
#include "vmm/guest/file.h"
#include "vmm/guest/job.h"
#include "vmm/guest/modules.h"

/* The records of @command's job: a copy of them, and its size. */
static char *make_job(const struct command *command, const struct modules *modules, size_t *size)
{
	const struct newc_file *file;
	struct error err = { 0 };
	struct newc newc;
	struct file job;
	char *data;

	ck_assert_msg(!job_open(command, modules, &job, &err), "%s", err.text);
	newc_read(&newc, job.fd);
	file = newc_find(&newc, ".numavm/job");
	ck_assert(file && file->mode == (S_IFREG | 0600) && !file->uid);
	*size = file->size;
	data = xmalloc(file->size);
	memcpy(data, file->data, file->size);
	newc_free(&newc);
	file_close(&job);
	return data;
}

START_TEST(all_is_told)
{
	char *const argv[] = { "a b", "", "\n'\"\\\xff\x80", NULL };
	char *const env[] = { "PATH=/x", "A=", NULL }, *const outs[] = { "/o 1", "/o2", NULL };
	struct module list[] = { { .name = "kvm" }, { .name = "kvm_amd", .optional = true } };
	const struct modules modules = { list, 2 };
	const struct command command = {
		.argv = argv,
		.env = env,
		.outs = outs,
		.chdir = "/c",
		.user = "7:8",
		.hostname = "h",
		.terminal = true,
		.rows = 24,
		.columns = 80,
		.poweroff = true,
		.key = 4000000000,
		.port = 0x1234567890,
	};
	static const char wanted[] = "aa b\0a\0a\n'\"\\\xff\x80\0ePATH=/x\0eA=\0d/c\0u7:8\0hh\0"
				     "t24 80\0mkvm\0Mkvm_amd\0o/o 1\0o/o2\0"
				     "k4000000000\0p0x1234567890\0q";
	size_t size;
	char *got = make_job(&command, &modules, &size);

	ck_assert_uint_eq(size, sizeof(wanted));
	ck_assert_mem_eq(got, wanted, size);
	free(got);
}
END_TEST

/* What is not wanted is not told. */
START_TEST(little_is_told)
{
	char *const argv[] = { "x", NULL };
	const struct command command = { .argv = argv, .root = "/r" };
	const struct modules modules = { 0 };
	static const char wanted[] = "ax\0k0";
	size_t size;
	char *got = make_job(&command, &modules, &size);

	ck_assert_uint_eq(size, sizeof(wanted));
	ck_assert_mem_eq(got, wanted, size);
	free(got);
}
END_TEST

/* What is found here is found there: the path of this process, and the usual folders. */
START_TEST(path_is_ours)
{
	char *const argv[] = { "x", NULL };
	const struct command command = { .argv = argv };
	const struct modules modules = { 0 };
	const char *path = getenv("PATH");
	char *old = path ? xstrdup(path) : NULL, *got;
	static const char wanted[] = "ax\0ePATH=/some/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:"
				     "/usr/bin:/sbin:/bin\0k0";
	size_t size;

	setenv("PATH", "/some/bin", 1);
	got = make_job(&command, &modules, &size);
	if (old)
		setenv("PATH", old, 1);
	else
		unsetenv("PATH");
	ck_assert_uint_eq(size, sizeof(wanted));
	ck_assert_mem_eq(got, wanted, size);
	free(old);
	free(got);
}
END_TEST

START_TEST(large_is_told)
{
	char *large = xmalloc(3 << 20), *argv[] = { large, NULL }, *got;
	const struct command command = { .argv = argv, .root = "/r" };
	const struct modules modules = { 0 };
	size_t size;

	memset(large, 'x', 3 << 20);
	large[(3 << 20) - 1] = '\0';
	got = make_job(&command, &modules, &size);
	ck_assert_uint_eq(size, (3 << 20) + 1 + 3);
	ck_assert_mem_eq(got + 1, large, 3 << 20);
	free(large);
	free(got);
}
END_TEST

Suite *job_suite(void)
{
	Suite *s = suite_create("job");
	TCase *tc = tcase_create("job");

	tcase_add_test(tc, all_is_told);
	tcase_add_test(tc, little_is_told);
	tcase_add_test(tc, path_is_ours);
	tcase_add_test(tc, large_is_told);
	suite_add_tcase(s, tc);
	return s;
}
