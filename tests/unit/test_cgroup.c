// SPDX-License-Identifier: MIT
/* What memory cgroups leave, of groups that are made up as files in a folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/cgroup.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define NONE UINT64_MAX

struct file {
	const char *name, *text;
};

/* A mount of groups and what /proc/self/cgroup says; left is what can be taken, in MiB. */
static const struct {
	const char *name, *own;
	struct file files[8];
	uint64_t left;
} groups[] = {
	{ "no groups", "", { { NULL, NULL } }, NONE },
	{ "no limit", "0::/a\n", { { "a/memory.max", "max\n" } }, NONE },
	{ "no such group", "0::/a\n", { { "b/memory.max", "1048576\n" } }, NONE },
	/* 8 MiB and the 256th part are kept. */
	{ "a limit",
	  "0::/a\n",
	  { { "a/memory.max", "1073741824\n" }, { "a/memory.current", "209715200\n" } },
	  1024 - 200 - 8 - 4 },
	{ "reached",
	  "0::/a\n",
	  { { "a/memory.max", "1073741824\n" }, { "a/memory.current", "1073741824\n" } },
	  0 },
	{ "pages of files are given up",
	  "0::/a\n",
	  { { "a/memory.max", "1073741824\n" },
	    { "a/memory.current", "1073741824\n" },
	    { "a/memory.stat",
	      "anon 1\nfile 9\nactive_file 134217728\ninactive_file 134217728\n" } },
	  1280 - 1024 - 8 - 5 },
	{ "of the group above",
	  "0::/a/b/c\n",
	  { { "a/memory.max", "268435456\n" },
	    { "a/b/memory.max", "max\n" },
	    { "a/b/c/memory.max", "1073741824\n" } },
	  256 - 8 - 1 },
	{ "of its own",
	  "0::/a/b/c\n",
	  { { "a/memory.max", "1073741824\n" }, { "a/b/c/memory.max", "268435456\n" } },
	  256 - 8 - 1 },
	/* What a container sees: its own group is the root. */
	{ "of the root", "0::/\n", { { "memory.max", "268435456\n" } }, 256 - 8 - 1 },
	{ "version 1",
	  "12:cpu,cpuacct:/x\n5:memory:/a\n1:name=systemd:/y\n0::/z\n",
	  { { "memory/a/memory.limit_in_bytes", "268435456\n" },
	    { "memory/a/memory.usage_in_bytes", "104857600\n" } },
	  256 - 100 - 8 - 1 },
	{ "version 1, with groups below",
	  "5:memory:/a\n",
	  { { "memory/a/memory.limit_in_bytes", "1073741824\n" },
	    { "memory/a/memory.usage_in_bytes", "1073741824\n" },
	    { "memory/a/memory.stat", "active_file 1\ninactive_file 1\ntotal_active_file "
				      "134217728\ntotal_inactive_file 134217728\n" } },
	  1280 - 1024 - 8 - 5 },
	{ "version 1, not visible from here",
	  "5:memory:/docker/a\n",
	  { { "memory/memory.limit_in_bytes", "268435456\n" } },
	  256 - 8 - 1 },
	{ "version 1, another controller",
	  "5:memoryless:/a\n",
	  { { "memory/a/memory.limit_in_bytes", "268435456\n" } },
	  NONE },
};

static void put(const char *folder, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file;

	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/'));
	     *slash++ = '/') {
		*slash = 0;
		mkdir(path, 0700);
	}
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

START_TEST(least_limit_counts)
{
	char folder[] = "/tmp/numavm-cgroup-XXXXXX", *own, *command;
	uint64_t left, want = groups[_i].left;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (const struct file *file = groups[_i].files; file->name; file++)
		put(folder, file->name, file->text);
	put(folder, "own", groups[_i].own);
	own = xasprintf("%s/own", folder);
	left = cgroup_free_memory_at(own, folder);
	ck_assert_msg(left == (want == NONE ? NONE : want * MIB), "%s: %llu", groups[_i].name,
		      (unsigned long long)left);
	command = xasprintf("rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
	free(command);
	free(own);
}
END_TEST

START_TEST(this_process_can_take_some)
{
	ck_assert_uint_gt(cgroup_free_memory(), 0);
	ck_assert_uint_eq(cgroup_free_memory_at("/nowhere", "/sys/fs/cgroup"), NONE);
}
END_TEST

Suite *cgroup_suite(void)
{
	Suite *s = suite_create("cgroup");
	TCase *tc = tcase_create("cgroup");

	tcase_add_loop_test(tc, least_limit_counts, 0, COUNT(groups));
	tcase_add_test(tc, this_process_can_take_some);
	suite_add_tcase(s, tc);
	return s;
}
