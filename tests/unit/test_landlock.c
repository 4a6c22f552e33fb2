// SPDX-License-Identifier: MIT
/* What is refused below Landlock: tried in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/landlock.h"

/* Ends with the number of the first line that is not so. */
#define so(condition)                           \
	do {                                    \
		if (!(condition))               \
			_exit(__LINE__ & 0xff); \
	} while (0)

static void try_with(unsigned int nr_folders)
{
	int in = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	landlock_enter(&in, nr_folders);
	so(mkdir("out/new", 0700) && errno == EACCES);
	so(symlink("x", "out/link") && errno == EACCES);
	so(open("out/file", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
	so(open("out/old", O_RDONLY) < 0 && errno == EACCES);
	so(unlink("out/old") && errno == EACCES);
	if (!nr_folders)
		_exit(0);
	so(!mkdir("in/new", 0700));
	so(!symlink("x", "in/new/link"));
	so(open("in/new/file", O_WRONLY | O_CREAT | O_TRUNC, 0600) >= 0);
	so(!unlink("in/new/file"));
	so(open("in/old", O_RDONLY) < 0 && errno == EACCES);
	so(mkfifo("in/fifo", 0600) && errno == EACCES);
	_exit(0);
}

static void make_folders(void)
{
	so(!chdir(scratch_dir));
	mkdir("in", 0700);
	mkdir("out", 0700);
	close(open("in/old", O_WRONLY | O_CREAT, 0600));
	close(open("out/old", O_WRONLY | O_CREAT, 0600));
}

START_TEST(only_folders_are_written)
{
	int status;
	pid_t child;

	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		make_folders();
		try_with(_i);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "status 0x%x: line %d of 256",
		      status, WEXITSTATUS(status));
}
END_TEST

Suite *landlock_suite(void)
{
	Suite *s = suite_create("landlock");
	TCase *tc = tcase_create("landlock");

	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1)
		tcase_add_loop_test(tc, only_folders_are_written, 0, 2);
	else
		skip_test("only_folders_are_written", "no Landlock in this kernel");
	suite_add_tcase(s, tc);
	return s;
}
