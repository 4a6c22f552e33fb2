// SPDX-License-Identifier: MIT
/* The archive of a command, read back through libarchive. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mem/xalloc.h"
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

static void open_both(struct newc *archive, struct newc *job, const struct command *command)
{
	struct file files[2];
	struct error err = { 0 };

	ck_assert_msg(!initramfs_open(command, &no_modules, &files[0], &files[1], &err), "%s",
		      err.text);
	newc_read(archive, files[0].fd);
	newc_read(job, files[1].fd);
	file_close(&files[0]);
	file_close(&files[1]);
}

START_TEST(true_is_whole)
{
	char *const argv[] = { "true", NULL };
	const struct command command = { .argv = argv, .key = 7 };
	struct newc archive, job;
	const struct newc_file *file;

	free(use_cache("true"));
	open_both(&archive, &job, &command);
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
	ck_assert_ptr_nonnull(newc_find(&job, ".numavm/job"));
	newc_free(&archive);
	newc_free(&job);
}
END_TEST

Suite *initramfs_suite(void)
{
	Suite *s = suite_create("initramfs");
	TCase *tc = tcase_create("initramfs");

	tcase_add_test(tc, true_is_whole);
	suite_add_tcase(s, tc);
	return s;
}
