// SPDX-License-Identifier: MIT
/* What is refused once a run is confined, and what is not: each tried in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/confine.h"
#include "vmm/run/terminal.h"

static char terminal_name[100];

/* What a process ended as, and what it said on stderr. */
struct ended {
	int status;
	char said[400];
};

static void confine(void)
{
	struct confine confine = { .wanted = true };
	struct error err;

	confine_process(&confine, 1);
	if (confine_main(&confine, &err) || confine_thread(&confine, &err))
		_exit(99);
}

static void try_confined(void (*act)(void), struct ended *ended)
{
	int pipes[2], size;
	pid_t child;

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		dup2(pipes[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(pipes[1]);
	size = read(pipes[0], ended->said, sizeof(ended->said) - 1);
	ended->said[size > 0 ? size : 0] = '\0';
	close(pipes[0]);
	ck_assert_int_eq(waitpid(child, &ended->status, 0), child);
}

static void open_file(void)
{
	confine();
	open("/dev/null", O_RDONLY);
}

static void make_socket(void)
{
	confine();
	socket(AF_INET, SOCK_STREAM, 0);
}

static void run_program(void)
{
	confine();
	execl("/bin/true", "true", NULL);
}

static void start_thread(void)
{
	confine();
	syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void map_code(void)
{
	confine();
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	confine();
	mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static void type_at_terminal(void)
{
	confine();
	ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static void make_vm(void)
{
	confine();
	ioctl(STDIN_FILENO, KVM_CREATE_VM, 0);
}

static void signal_another(void)
{
	pid_t parent = getppid();

	confine();
	syscall(SYS_tgkill, parent, parent, 0);
}

static void trace_itself(void)
{
	confine();
	syscall(SYS_ptrace, 0, 0, 0, 0);
}

static const struct {
	void (*act)(void);
	int call;
} refused[] = {
	{ open_file, SYS_openat },	 { make_socket, SYS_socket },
	{ run_program, SYS_execve },	 { start_thread, SYS_clone },
	{ map_code, SYS_mmap },		 { make_code, SYS_mprotect },
	{ type_at_terminal, SYS_ioctl }, { make_vm, SYS_ioctl },
	{ signal_another, SYS_tgkill },	 { trace_itself, SYS_ptrace },
};

/* By a signal, and said by the call's number. */
START_TEST(other_calls_end_it)
{
	struct ended ended;
	char text[40];

	try_confined(refused[_i].act, &ended);
	snprintf(text, sizeof(text), "numavm: system call %d is none", refused[_i].call);
	ck_assert_msg(WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGSYS &&
			      !WCOREDUMP(ended.status),
		      "status 0x%x: %s", ended.status, ended.said);
	ck_assert_msg(strstr(ended.said, text), "%s", ended.said);
}
END_TEST

/* More memory than brk(2) gives, a signal, the terminal's questions, and how a run ends. */
static void live(void)
{
	char *memory;

	confine();
	memory = malloc(64 * MIB);
	memset(memory, 1, 64 * MIB);
	memory = realloc(memory, 128 * MIB);
	free(memory);
	isatty(STDIN_FILENO);
	tcgetpgrp(STDIN_FILENO);
	getpgrp();
	usleep(1);
	fprintf(stderr, "alive");
	signal(SIGTERM, SIG_DFL);
	raise(SIGTERM);
}

START_TEST(a_run_goes_on)
{
	struct ended ended;

	try_confined(live, &ended);
	ck_assert_msg(WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGTERM,
		      "status 0x%x: %s", ended.status, ended.said);
	ck_assert_str_eq(ended.said, "alive");
}
END_TEST

/* A terminal of its own, raw when it comes to this. */
static void leave_raw(void)
{
	int slave;

	setsid();
	slave = open(terminal_name, O_RDWR);
	ioctl(slave, TIOCSCTTY, 0);
	dup2(slave, STDIN_FILENO);
	terminal_open();
	open_file();
}

START_TEST(terminal_is_given_back)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	struct termios before, after;
	struct ended ended;

	ck_assert(master >= 0 && !unlockpt(master));
	ck_assert_int_eq(ptsname_r(master, terminal_name, sizeof(terminal_name)), 0);
	slave = open(terminal_name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_eq(tcgetattr(slave, &before), 0);
	ck_assert(before.c_lflag & ICANON);
	try_confined(leave_raw, &ended);
	ck_assert_msg(strstr(ended.said, "numavm: system call"), "%s", ended.said);
	ck_assert_int_eq(tcgetattr(slave, &after), 0);
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
	close(slave);
	close(master);
}
END_TEST

/* Without the filter, what Landlock alone refuses: files of every kind, and TCP. */
static void use_files(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct confine confine = { .wanted = true };
	char path[200];
	int socket_fd;

	confine_process(&confine, 2);
	if (open("/dev/null", O_RDONLY) >= 0 || errno != EACCES)
		fprintf(stderr, "a file: %m");
	snprintf(path, sizeof(path), "%s/confined", scratch_dir);
	if (!mkdir(path, 0700) || errno != EACCES)
		fprintf(stderr, "a folder: %m");
	socket_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 4 &&
	    (!bind(socket_fd, (struct sockaddr *)&address, sizeof(address)) || errno != EACCES))
		fprintf(stderr, "TCP: %m");
}

START_TEST(landlock_refuses_files)
{
	struct ended ended;

	try_confined(use_files, &ended);
	ck_assert_str_eq(ended.said, "");
	ck_assert_int_eq(ended.status, 0);
}
END_TEST

/* As it is for who debugs it, whatever is counted. */
static void stay_free(void)
{
	struct confine confine = { .wanted = false };
	struct error err;

	confine_process(&confine, 1);
	if (confine_main(&confine, &err) || confine_thread(&confine, &err) ||
	    open("/dev/null", O_RDONLY) < 0)
		_exit(1);
}

START_TEST(nothing_is_refused_unasked)
{
	struct ended ended;

	try_confined(stay_free, &ended);
	ck_assert_int_eq(ended.status, 0);
}
END_TEST

#define NR_KNOWN_USERS 3

static const struct {
	const char *text;
	const char *message; /* NULL: it is found */
	unsigned int uid, gid;
} users[] = {
	{ "4000000000:4000000001", NULL, 4000000000, 4000000001 },
	{ "4000000000", "not in /etc/passwd, which would say its group: use UID:GID", 0, 0 },
	{ "numavm no such", "no such user in /etc/passwd: use UID:GID", 0, 0 },
	{ "numavm no such:1", "no such user in /etc/passwd: use UID:GID", 0, 0 },
	{ "", "no such user", 0, 0 },
	{ "-1", "no such user", 0, 0 },
	{ "4294967295:1", "no such user", 0, 0 }, /* (uid_t)-1 means none to setresuid(2) */
	{ "0:", "the group must be a number", 0, 0 },
	{ "0:root", "the group must be a number", 0, 0 },
	{ "0:4294967295", "the group must be a number", 0, 0 },
	/* Those that /etc/passwd has. */
	{ "0", NULL, 0, 0 },
	{ "root", NULL, 0, 0 },
	{ "root:17", NULL, 0, 17 },
};

START_TEST(users_are_found)
{
	struct confine confine = { 0 };
	struct error err;
	int ret = confine_find_user(&confine, users[_i].text, &err);

	if (users[_i].message) {
		ck_assert_int_eq(ret, -1);
		ck_assert_msg(strstr(err.text, users[_i].message), "%s", err.text);
	} else if (geteuid()) {
		ck_assert_int_eq(ret, -1);
		ck_assert_msg(strstr(err.text, "start as root"), "%s", err.text);
	} else {
		ck_assert_msg(!ret, "%s", err.text);
		ck_assert_uint_eq(confine.uid, users[_i].uid);
		ck_assert_uint_eq(confine.gid, users[_i].gid);
	}
}
END_TEST

Suite *confine_suite(void)
{
	const TTest *const locked[] = { landlock_refuses_files };
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
	Suite *s = suite_create("confine");
	TCase *tc = tcase_create("confine");

	tcase_add_loop_test(tc, other_calls_end_it, 0, COUNT(refused));
	tcase_add_test(tc, a_run_goes_on);
	tcase_add_test(tc, terminal_is_given_back);
	add_or_skip(tc, locked, COUNT(locked), landlock ? NULL : "this host has no Landlock");
	tcase_add_test(tc, nothing_is_refused_unasked);
	tcase_add_loop_test(tc, users_are_found, 0, COUNT(users) - NR_KNOWN_USERS);
	if (access("/etc/passwd", R_OK))
		skip_test("users_are_found", "no /etc/passwd");
	else
		tcase_add_loop_test(tc, users_are_found, COUNT(users) - NR_KNOWN_USERS,
				    COUNT(users));
	suite_add_tcase(s, tc);
	return s;
}
