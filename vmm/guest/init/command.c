// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/guest/init/command.h"
#include "vmm/guest/init/link.h"
#include "vmm/guest/init/port.h"
#include "vmm/guest/init/text.h"
#include "vmm/guest/init/user.h"

/* What the child did not get to; vfork(2) has it write here. */
static volatile struct {
	const char *step; /* NULL: it runs */
	int number;
} failure;

static _Noreturn void fail(const char *step)
{
	failure.step = step;
	failure.number = errno;
	_exit(127);
}

/* The C library's own calls keep all threads alike, which a child of vfork(2) has no part in. */
static void become_user(const struct user *user)
{
	if (syscall(SYS_setgroups, user->nr_groups, user->groups) ||
	    syscall(SYS_setresgid, user->gid, user->gid, user->gid) ||
	    syscall(SYS_setresuid, user->uid, user->uid, user->uid))
		fail("becoming the user");
}

/*
 * With SIG_DFL in the kernel's own struct sigaction: the C library's function keeps some signals to
 * itself, and who starts us may have had some ignored.
 */
static void reset_signals(void)
{
	static const unsigned long action[4], none;

	for (int number = 1; number < _NSIG; number++)
		syscall(SYS_rt_sigaction, number, action, NULL, sizeof(none));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}

static _Noreturn void run_child(const struct job *job, const struct user *user, const int fds[3])
{
	int fd;

	setsid();
	for (fd = 0; fd < 3; fd++) {
		fchown(fds[fd], user->uid, -1);
		dup2(fds[fd], fd);
	}
	if (job->terminal && ioctl(0, TIOCSCTTY, 0))
		fail("its terminal");
	if (link_is_fast())
		port_drop();
	become_user(user);
	if (job->chdir && chdir(job->chdir))
		fail("chdir");
	reset_signals();
	execvp(job->argv.items[0], job->argv.items);
	fail("exec");
}

/*
 * Each way has a descriptor of ours, to be closed by itself. Theirs stays open here too, or a
 * command that closes its own would hang it up.
 */
static int open_terminal(const struct job *job, int ours[3], int theirs[3])
{
	struct winsize size = { .ws_row = job->rows, .ws_col = job->columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	theirs[0] = -1;
	if (master >= 0 && unlockpt(master) == 0)
		theirs[0] = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (theirs[0] < 0)
		return -1;
	ioctl(master, TIOCSWINSZ, &size);
	theirs[1] = theirs[2] = theirs[0];
	ours[0] = fcntl(master, F_DUPFD_CLOEXEC, 0);
	ours[1] = master;
	ours[2] = -1;
	return 0;
}

static int open_pipes(int ours[3], int theirs[3])
{
	int i, ends[2];

	for (i = 0; i < 3; i++) {
		if (pipe2(ends, O_CLOEXEC))
			return -1;
		ours[i] = ends[i == 0];
		theirs[i] = ends[i != 0];
		fcntl(ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static enum command_start say_error(const char *what)
{
	link_say(FRAME_ERROR, what);
	return COMMAND_NO_VERDICT;
}

/* As shells have it: sh(1p), 2.8.2. */
static enum command_start say_never_ran(const char *name)
{
	bool missing = failure.number == ENOENT || failure.number == ENOTDIR;
	bool half = failure.number == ENOENT && strchr(name, '/') && access(name, F_OK) == 0;
	const char *why =
		half ? "the interpreter that it names is not there" : strerror(failure.number);
	struct {
		struct frame_exit exit;
		char text[TEXT_SIZE];
	} end = { .exit.code = missing ? 127 : 126 };

	strcpy(end.text, text_join(name, ": ", why));
	link_send(FRAME_EXIT, 0, &end, sizeof(end.exit) + strlen(end.text));
	return COMMAND_NEVER_RAN;
}

static enum command_start say_failure(const struct job *job)
{
	const char *what = failure.step;

	if (strcmp(what, "exec") == 0)
		return say_never_ran(job->argv.items[0]);
	if (strcmp(what, "chdir") == 0)
		return say_error(text_join("chdir ", job->chdir, ": ", strerror(failure.number)));
	return say_error(text_join(what, ": ", strerror(failure.number)));
}

enum command_start command_start(struct command *command, struct job *job)
{
	int theirs[3], i;
	struct user user;
	const char *error = user_find(&user, job->user);

	if (error)
		return say_error(error);
	job_default(job, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	job_default(job, "HOME", user.home);
	if (job->terminal)
		job_default(job, "TERM", "linux");
	environ = job->env.items;
	command->terminal = job->terminal;
	if (job->terminal ? open_terminal(job, command->fds, theirs)
			  : open_pipes(command->fds, theirs))
		return say_error(
			text_join(job->terminal ? "a terminal" : "pipes", ": ", strerror(errno)));
	command->pid = vfork();
	if (command->pid == 0)
		run_child(job, &user, theirs);
	if (command->pid < 0)
		return say_error(text_join("fork: ", strerror(errno)));
	for (i = 0; i < 3 && !job->terminal; i++)
		close(theirs[i]);
	if (failure.step)
		return say_failure(job);
	link_send(FRAME_START, 0, NULL, 0);
	return COMMAND_RUNS;
}
