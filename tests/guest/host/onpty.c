// SPDX-License-Identifier: MIT
/*
 * onpty: runs a command on a terminal of its own and plays a script at it, for what a program
 * owes to the terminal it runs on. Copies what the command prints to standard output. Exit
 * status: the command's, as a shell gives it; 99 with a message when the script could not be
 * played to its end, when the terminal was not raw at a --raw, or was left otherwise than it was
 * found.
 *
 * onpty [--expect TEXT | --send TEXT | --signal NUMBER | --raw | --size ROWSxCOLUMNS]...
 *       -- COMMAND [ARG...]
 */
#define _GNU_SOURCE
#include <errno.h>
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
#include <utmp.h>

#define LIMIT_SECONDS 90
#define STATUS_FAILED 99

static pid_t child = -1;
static int master, slave;
static char seen[1 << 16];
static size_t seen_size;

_Noreturn static void fail(const char *what, const char *detail)
{
	fprintf(stderr, "onpty: %s%s\n", what, detail);
	if (child > 0)
		kill(child, SIGKILL);
	exit(STATUS_FAILED);
}

static void on_alarm(int signal_number)
{
	static const char text[] = "onpty: the time limit passed\n";

	(void)signal_number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(STATUS_FAILED);
	kill(child, SIGKILL);
	_exit(STATUS_FAILED);
}

/*
 * Passes on what the command printed, if it did lately; 0 when nobody holds the terminal any
 * more.
 */
static int copy(void)
{
	struct pollfd poll_fd = { .fd = master, .events = POLLIN };
	char data[4096];
	ssize_t size;

	if (poll(&poll_fd, 1, 50) <= 0)
		return 1;
	size = read(master, data, sizeof(data));
	if (size <= 0)
		return 0;
	if (fwrite(data, 1, (size_t)size, stdout) != (size_t)size)
		fail("cannot write to standard output", "");
	if (seen_size + (size_t)size < sizeof(seen)) {
		memcpy(seen + seen_size, data, (size_t)size);
		seen_size += (size_t)size;
	}
	return 1;
}

static int has_ended(void)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == child;
}

/* Forgets what was seen up to and with the text, so that the next step looks at what follows. */
static void expect(const char *text)
{
	char *found;

	while (!(found = memmem(seen, seen_size, text, strlen(text)))) {
		int more = copy();

		if (memmem(seen, seen_size, text, strlen(text)))
			continue;
		if (!more || has_ended())
			fail("it ended without ", text);
	}
	found += strlen(text);
	seen_size -= (size_t)(found - seen);
	memmove(seen, found, seen_size);
}

static void check_raw(void)
{
	struct termios now;

	if (tcgetattr(slave, &now) < 0)
		fail("tcgetattr: ", strerror(errno));
	if (now.c_lflag & (ICANON | ECHO | ISIG))
		fail("the terminal is not raw", "");
}

static void send(const char *text)
{
	for (size_t left = strlen(text); left;) {
		ssize_t size = write(master, text, left);

		if (size < 0)
			fail("write: ", strerror(errno));
		text += size;
		left -= (size_t)size;
	}
}

static void resize(const char *size)
{
	struct winsize window = { 0 };

	if (sscanf(size, "%hux%hu", &window.ws_row, &window.ws_col) != 2)
		fail("bad size ", size);
	if (ioctl(master, TIOCSWINSZ, &window) < 0)
		fail("TIOCSWINSZ: ", strerror(errno));
}

static char **play(char **step)
{
	for (; *step && strcmp(*step, "--"); step++) {
		if (!strcmp(*step, "--raw"))
			check_raw();
		else if (!strcmp(*step, "--expect"))
			expect(*++step);
		else if (!strcmp(*step, "--size"))
			resize(*++step);
		else if (!strcmp(*step, "--signal"))
			kill(child, atoi(*++step));
		else if (!strcmp(*step, "--send"))
			send(*++step);
		else
			fail("bad step ", *step);
	}
	return step;
}

static int finish(const struct termios *before)
{
	struct termios after;
	int status;

	while (!has_ended() || poll(&(struct pollfd){ .fd = master, .events = POLLIN }, 1, 0) > 0) {
		if (!copy())
			break;
	}
	if (waitpid(child, &status, 0) != child)
		fail("waitpid: ", strerror(errno));
	if (tcgetattr(slave, &after) < 0)
		fail("tcgetattr: ", strerror(errno));
	if (after.c_iflag != before->c_iflag || after.c_oflag != before->c_oflag ||
	    after.c_cflag != before->c_cflag || after.c_lflag != before->c_lflag ||
	    memcmp(after.c_cc, before->c_cc, sizeof(after.c_cc)))
		fail("the terminal was left otherwise than it was found", "");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct termios before;
	int command = 1;

	while (command < argc && strcmp(argv[command], "--"))
		command++;
	if (command + 1 >= argc)
		fail("usage: onpty [STEP]... -- COMMAND [ARG...]", "");
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0 || tcgetattr(slave, &before) < 0)
		fail("openpty: ", strerror(errno));
	signal(SIGALRM, on_alarm);
	child = fork();
	if (child == 0) {
		close(master);
		if (login_tty(slave) == 0)
			execvp(argv[command + 1], argv + command + 1);
		_exit(127);
	}
	alarm(LIMIT_SECONDS);
	play(argv + 1);
	return finish(&before);
}
