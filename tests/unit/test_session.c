// SPDX-License-Identifier: MIT
/* A whole run with a command, whose init is a tiny guest, on this host's KVM. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "arch/arch.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/command.h"
#include "vmm/run/run.h"

#define KEY 0x1234abcd /* FRAMES_KEY of tests/guest/guest.h */

#ifdef __SANITIZE_ADDRESS__
#define CONFINE false
#else
#define CONFINE true
#endif

/* A run in a process of its own, whose standard files are pipes to here. */
struct child {
	pid_t pid;
	int in, out, err;
	char out_text[200], err_text[1000];
	size_t out_size, err_size;
	int status;
};

static char *const argv[] = { "command", NULL };

static void say(const char *text)
{
	ck_assert_int_eq(write(STDERR_FILENO, text, strlen(text)), strlen(text));
}

static _Noreturn void run_guest(const char *kernel, const struct command *command,
				uint64_t timeout_ns)
{
	struct boot boot = { .cmdline = "" };
	struct machine machine;
	struct arch_host host;
	struct run run = {
		.machine = &machine,
		.boot = &boot,
		.command = command,
		.out_fd = -1,
		.verbose = true,
		.timeout_ns = timeout_ns,
		.confine = { .wanted = CONFINE },
	};
	struct result result = { 0 };
	struct error err;

	signal(SIGPIPE, SIG_IGN);
	clock_gettime(CLOCK_MONOTONIC, &run.start);
	make_host_machine(&machine, &host, 1U << MACHINE_CHANNEL);
	if (boot_open(&boot, kernel, NULL, &err) || run_machine(&run, &result, &err)) {
		say(err.text);
		_exit(125);
	}
	say(result.outcome.message);
	_exit(result.outcome.status);
}

/* @out: a pipe for stdout, or NULL: a new one. */
static void start(struct child *child, const char *kernel, const struct command *command,
		  uint64_t timeout_ns, const int out[2])
{
	int pipes[3][2];

	*child = (struct child){ 0 };
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_int_eq(pipe(pipes[i]), 0);
	for (unsigned int i = 0; out && i < 2; i++)
		dup2(out[i], pipes[1][i]);
	child->pid = fork();
	if (!child->pid) {
		for (unsigned int i = 0; i < 3; i++)
			dup2(pipes[i][i > 0], i);
		close_range(3, ~0U, 0);
		run_guest(kernel, command, timeout_ns);
	}
	child->in = pipes[0][1];
	child->out = pipes[1][0];
	child->err = pipes[2][0];
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
}

static size_t read_all(int fd, char *text, size_t most)
{
	size_t size = 0;
	ssize_t got;

	while (size < most && (got = read(fd, text + size, most - size)) > 0)
		size += got;
	close(fd);
	return size;
}

static void finish_child(struct child *child)
{
	int status;

	child->out_size = read_all(child->out, child->out_text, sizeof(child->out_text) - 1);
	child->err_size = read_all(child->err, child->err_text, sizeof(child->err_text) - 1);
	ck_assert_int_eq(waitpid(child->pid, &status, 0), child->pid);
	child->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void check_session(const char *kernel)
{
	struct command command = { .argv = argv, .key = KEY };
	struct child child;

	start(&child, kernel, &command, 60000000000ULL, NULL);
	ck_assert_int_eq(write(child.in, "hello ", 6), 6);
	ck_assert_int_eq(write(child.in, "guest", 5), 5);
	close(child.in);
	finish_child(&child);
	ck_assert_msg(child.status == 7, "status %d: %s", child.status, child.err_text);
	ck_assert_uint_eq(child.out_size, 14);
	ck_assert_mem_eq(child.out_text, "hello guest\0\377\n", 14);
	ck_assert_ptr_nonnull(strstr(child.err_text, "session: the console\n"));
	ck_assert_ptr_nonnull(strstr(child.err_text, "numavm: warning: a ?warning\r\n"));
	ck_assert_ptr_nonnull(strstr(child.err_text, "err\n"));
}

START_TEST(over_the_serial_port)
{
	check_session("build/guest/session_tty");
}
END_TEST

START_TEST(over_the_fast_port)
{
	check_session("build/guest/session_fast");
}
END_TEST

/* Reads stderr until @text has come. */
static void wait_for_text(struct child *child, const char *text)
{
	while (!strstr(child->err_text, text)) {
		ssize_t got = read(child->err, child->err_text + child->err_size, 100);

		ck_assert_int_gt(got, 0);
		child->err_size += got;
		ck_assert_uint_lt(child->err_size, sizeof(child->err_text) - 100);
	}
}

/* How @pid has descriptor @fd: what it leads to, and the flags it was opened with. */
static unsigned long flags_of(pid_t pid, int fd, char leads_to[64])
{
	char path[64], line[64] = "";
	unsigned long flags = 0;
	FILE *file;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	size = readlink(path, leads_to, 63);
	leads_to[size < 0 ? 0 : size] = 0;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "flags: %lo", &flags);
	if (file)
		fclose(file);
	return flags;
}

/* Another reader of the same pipe may be faster, and nobody else sees that it does not block. */
START_TEST(input_does_not_block)
{
	struct command command = { .argv = argv, .key = KEY };
	char input[64], leads_to[64];
	struct child child;
	bool found = false;

	start(&child, "build/guest/session_fast", &command, 60000000000ULL, NULL);
	wait_for_text(&child, "err\n");
	ck_assert(!(flags_of(child.pid, STDIN_FILENO, input) & O_NONBLOCK));
	for (int fd = 3; fd < 64; fd++)
		found |= flags_of(child.pid, fd, leads_to) & O_NONBLOCK && !strcmp(leads_to, input);
	ck_assert(found);
	close(child.in);
	finish_child(&child);
	ck_assert_int_eq(child.status, 7);
}
END_TEST

/* A pipe for stdout that has no room. Returns how much is in it. */
static size_t fill_pipe(int pipes[2])
{
	static const char zeroes[PIPE_BUF];
	size_t size = 0;

	ck_assert_int_eq(pipe2(pipes, O_NONBLOCK), 0);
	while (write(pipes[1], zeroes, sizeof(zeroes)) > 0)
		size += sizeof(zeroes);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(fcntl(pipes[0], F_SETFL, 0), 0);
	ck_assert_int_eq(fcntl(pipes[1], F_SETFL, 0), 0);
	return size;
}

/* A stdout that takes nothing: the command has ended long ago, and its output is not lost. */
START_TEST(reader_that_comes_late)
{
	struct command command = { .argv = argv, .key = KEY };
	char zeroes[PIPE_BUF];
	struct child child;
	int full[2];
	size_t left = fill_pipe(full);

	start(&child, "build/guest/session_fast", &command, 60000000000ULL, full);
	close(child.in);
	wait_for_text(&child, "err\n");
	ck_assert_int_eq(poll(&(struct pollfd){ .fd = child.err, .events = POLLIN }, 1, 1000), 0);
	ck_assert_int_eq(waitpid(child.pid, NULL, WNOHANG), 0);
	for (; left; left -= sizeof(zeroes))
		ck_assert_int_eq(read(full[0], zeroes, sizeof(zeroes)), sizeof(zeroes));
	close(full[0]);
	close(full[1]);
	finish_child(&child);
	ck_assert_int_eq(child.status, 7);
	ck_assert_uint_eq(child.out_size, 3);
}
END_TEST

/* One that never comes does not keep the time limit. */
START_TEST(reader_that_never_comes)
{
	struct command command = { .argv = argv, .key = KEY };
	struct child child;
	int full[2], status;

	fill_pipe(full);
	start(&child, "build/guest/session_fast", &command, 3000000000ULL, full);
	close(child.in);
	wait_for_text(&child, "err\n");
	ck_assert_int_eq(waitpid(child.pid, &status, 0), child.pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 124);
	close(full[0]);
	close(full[1]);
	close(child.out);
	close(child.err);
}
END_TEST

/* Has nobody made the terminal raw yet? What is typed before would be echoed. */
static bool is_cooked(int fd)
{
	struct termios now;

	ck_assert_int_eq(tcgetattr(fd, &now), 0);
	return now.c_lflag & ECHO;
}

/* A stdout that was closed when we were started, as main.c leaves it. */
START_TEST(no_reader_at_all)
{
	struct command command = { .argv = argv, .key = KEY };
	int closed[2] = { open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY) };
	struct child child;

	start(&child, "build/guest/session_fast", &command, 60000000000ULL, closed);
	close(child.in);
	finish_child(&child);
	ck_assert_int_eq(child.status, 7);
	close(closed[0]);
	close(closed[1]);
}
END_TEST

/* The next bytes from @fd. */
static void expect_bytes(int fd, const char *text, size_t size)
{
	char got[16];
	size_t nr = 0;

	while (nr < size) {
		ssize_t more = read(fd, got + nr, size - nr);

		ck_assert_int_gt(more, 0);
		nr += more;
	}
	ck_assert_mem_eq(got, text, size);
}

/* Raw, with its size and its changes, and the keys that are ours. */
START_TEST(on_a_terminal)
{
	struct command command = { .argv = argv, .key = KEY, .terminal = true };
	struct winsize size = { .ws_row = 33, .ws_col = 101 };
	int master, status;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		close_range(3, ~0U, 0);
		run_guest("build/guest/session_fast", &command, 60000000000ULL);
	}
	while (is_cooked(master)) {
		ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
		usleep(1000);
	}
	ck_assert_int_eq(write(master, "a\3\1\1", 4), 4);
	expect_bytes(master, "a\3\1", 3);
	ck_assert_int_eq(ioctl(master, TIOCSWINSZ, &size), 0);
	expect_bytes(master, "\41\0\145\0", 4);
	ck_assert_int_eq(write(master, "\1x", 2), 2);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 125);
	close(master);
}
END_TEST

/* A power-off is not init's word. */
START_TEST(ends_without_a_word)
{
	struct command command = { .argv = argv, .key = KEY };
	struct child child;

	start(&child, "build/guest/poweroff", &command, 60000000000ULL, NULL);
	finish_child(&child);
	close(child.in);
	ck_assert_int_eq(child.status, 123);
	ck_assert_ptr_nonnull(strstr(child.err_text, "it powered off before it came up to init"));
	ck_assert_uint_eq(child.out_size, 0);
}
END_TEST

/* The key is the run's own: what another says is nobody's word. */
START_TEST(another_runs_key)
{
	struct command command = { .argv = argv, .key = KEY + 1 };
	struct child child;

	start(&child, "build/guest/session_tty", &command, 2000000000ULL, NULL);
	finish_child(&child);
	close(child.in);
	ck_assert_int_eq(child.status, 124);
	ck_assert_uint_eq(child.out_size, 0);
}
END_TEST

/* A guest that has lost what it was granted could wait for ever: the end comes at once. */
START_TEST(loss_ends_the_run)
{
	struct command command = { .argv = argv, .key = KEY };
	struct child child;

	start(&child, "build/guest/session_lossy", &command, 20000000000ULL, NULL);
	finish_child(&child);
	close(child.in);
	ck_assert_msg(child.status == 125, "status %d: %s", child.status, child.err_text);
	ck_assert_ptr_nonnull(strstr(child.err_text, "a part of what the command said is lost"));
	ck_assert_str_eq(child.out_text, "before\nafter\n");
}
END_TEST

/* Init is asked to finish, which this one does not expect, and a limit stays one. */
START_TEST(time_limit_asks_to_finish)
{
	struct command command = { .argv = argv, .key = KEY };
	struct child child;

	start(&child, "build/guest/session_tty", &command, 1000000000ULL, NULL);
	finish_child(&child);
	close(child.in);
	ck_assert_msg(child.status == 124, "status %d: %s", child.status, child.err_text);
	ck_assert_msg(strstr(child.err_text, "not the end of stdin") != NULL, "%s", child.err_text);
	ck_assert_ptr_nonnull(strstr(child.err_text, "1 s has passed"));
	ck_assert_ptr_nonnull(strstr(child.err_text, ": the command was running"));
}
END_TEST

Suite *session_suite(void)
{
	const TTest *const tests[] = { over_the_serial_port,   over_the_fast_port,
				       reader_that_comes_late, reader_that_never_comes,
				       no_reader_at_all,       on_a_terminal,
				       ends_without_a_word,    another_runs_key,
				       loss_ends_the_run,      time_limit_asks_to_finish,
				       input_does_not_block };
	const char *reason = kvm_missing();
	Suite *s = suite_create("session");
	TCase *tc = tcase_create("session");

	if (!reason && access("build/guest/session_tty", R_OK))
		reason = "no build/guest/session_tty: tests/guest/build.sh build/guest";
	tcase_set_timeout(tc, 120);
	add_or_skip(tc, tests, COUNT(tests), reason);
	suite_add_tcase(s, tc);
	return s;
}
