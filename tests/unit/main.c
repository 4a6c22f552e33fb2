// SPDX-License-Identifier: MIT
/*
 * Runs every suite, each test in its own process unless CK_FORK=no. The suites run in a child, so
 * that the scratch folder goes whatever becomes of them, Ctrl-C too.
 */
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static Suite *(*const suites[])(void) = {
#define SUITE(name) name##_suite,
#include "suites.inc"
#undef SUITE
};

static int run_suites(void)
{
	SRunner *runner = srunner_create(NULL);
	int run, failed;

	setvbuf(stdout, NULL, _IOLBF, 0); /* or every test's process prints what is waiting */
	for (size_t i = 0; i < COUNT(suites); i++)
		srunner_add_suite(runner, suites[i]());
	printf("RANDOM_SEED=%llu\n", (unsigned long long)random_seed());
	srunner_set_fork_status(runner, CK_FORK_GETENV);
	srunner_run_all(runner, CK_NORMAL);
	run = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("%d passed, %d failed, %u skipped\n", run - failed, failed, skipped_tests());
	return failed || !run;
}

static pid_t child;

static void pass_on(int number)
{
	if (child > 0)
		kill(child, number);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		; /* a signal that was passed on */
	if (WIFSIGNALED(status)) {
		fprintf(stderr, "unit: killed by signal %d\n", WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	return WEXITSTATUS(status);
}

int main(void)
{
	struct sigaction action = { .sa_handler = pass_on };
	int status;

	if (!mkdtemp(scratch_dir)) {
		perror(scratch_dir);
		return 1;
	}
	child = fork();
	if (child < 0)
		perror("fork");
	if (!child)
		return run_suites();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	status = child < 0 ? 1 : wait_for(child);
	nftw(scratch_dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	return status;
}
