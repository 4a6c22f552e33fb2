// SPDX-License-Identifier: MIT
/*
 * alternate: runs several commands in turn, round after round, so that whatever else the machine
 * does hits all of them alike, and prints the median, the minimum and the ratio of the medians to
 * the first command's. Standard input and output of the commands are /dev/null; their standard
 * error is shown of those that fail, for that is a fault of the bench. The time is that from
 * before the exec to the end; with --until, to the moment that TEXT is on standard output, and
 * the command is then killed. After "---" a command's own time is to its end all the same.
 *
 * alternate [--until TEXT] ROUNDS -- NAME COMMAND [ARG...] --- NAME COMMAND [ARG...] ...
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_RIVALS 16
#define LIMIT_SECONDS 60
#define FAILURES_SHOWN 3
#define TAIL 1024 /* longer than any text waited for */

extern char **environ;

static FILE *errors; /* the running command's standard error */

struct rival {
	const char *name;
	char **argv;
	bool to_end;
	double *ms;
	unsigned int done, failed;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/*
 * What the child starts with: no signal blocked, /dev/null for input, and for output unless there
 * is a pipe to read it from.
 */
static pid_t start(char **argv, const int *output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;
	int error;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (output)
		posix_spawn_file_actions_adddup2(&actions, output[1], 1);
	else
		posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(errors), 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
	if (error) {
		fprintf(stderr, "alternate: %s: %s\n", argv[0], strerror(error));
		exit(1);
	}
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/*
 * Waits for the child, and kills one that is still there after the limit; returns its status as
 * wait(2) gives it.
 */
static int reap(pid_t pid)
{
	struct timespec limit = { .tv_sec = LIMIT_SECONDS };
	sigset_t waited;
	int status;
	pid_t got;

	sigemptyset(&waited);
	sigaddset(&waited, SIGCHLD);
	while ((got = waitpid(pid, &status, WNOHANG)) == 0) {
		if (sigtimedwait(&waited, NULL, &limit) < 0 && errno == EAGAIN) {
			fprintf(stderr, "alternate: killed after %d s\n", LIMIT_SECONDS);
			kill(pid, SIGKILL);
		}
	}
	return got == pid ? status : -1;
}

/*
 * Reads until the text is there (returns 0), the output ends or the limit passes (-1). Keeps the
 * last of it, for reads cut texts in two; and shows that when the text never came.
 */
static int read_until(int fd, const char *text)
{
	double end = now_ms() + LIMIT_SECONDS * 1e3;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char data[8192];
	size_t kept = 0;
	ssize_t size = 0;

	while (now_ms() < end && poll(&poll_fd, 1, (int)(end - now_ms()) + 1) > 0) {
		size = read(fd, data + kept, sizeof(data) - kept);
		if (size <= 0)
			break;
		kept += (size_t)size;
		if (memmem(data, kept, text, strlen(text)))
			return 0;
		if (kept > TAIL) {
			memmove(data, data + kept - TAIL, TAIL);
			kept = TAIL;
		}
	}
	fprintf(errors, "%s without \"%s\", the last of it:\n%.*s\n",
		size ? "at the limit" : "output ended", text, (int)kept, data);
	fflush(errors);
	return -1;
}

static int run_to_end(char **argv)
{
	return reap(start(argv, NULL));
}

static int run_until(char **argv, const char *text, double *at)
{
	int output[2], status;
	pid_t pid;

	if (strlen(text) > TAIL || pipe2(output, O_CLOEXEC) < 0)
		return -1;
	pid = start(argv, output);
	close(output[1]);
	status = read_until(output[0], text);
	*at = now_ms();
	kill(pid, SIGKILL);
	reap(pid);
	close(output[0]);
	return status;
}

static void show_failure(const struct rival *rival, int status)
{
	char line[256];

	fprintf(stderr, "alternate: %s: failed, status 0x%x\n", rival->name, (unsigned int)status);
	rewind(errors);
	while (fgets(line, sizeof(line), errors))
		fprintf(stderr, "  %s", line);
}

static void run_once(struct rival *rival, const char *text)
{
	double started = now_ms(), ended;
	int status;

	if (text && !rival->to_end) {
		status = run_until(rival->argv, text, &ended);
	} else {
		status = run_to_end(rival->argv);
		ended = now_ms();
	}
	if (status == 0)
		rival->ms[rival->done++] = ended - started;
	else if (rival->failed++ < FAILURES_SHOWN)
		show_failure(rival, status);
	rewind(errors);
	if (ftruncate(fileno(errors), 0) < 0)
		perror("alternate: ftruncate");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct rival *rival)
{
	unsigned int half = rival->done / 2;

	qsort(rival->ms, rival->done, sizeof(*rival->ms), by_value);
	return rival->done % 2 ? rival->ms[half] : (rival->ms[half - 1] + rival->ms[half]) / 2;
}

static void print(struct rival *rivals, unsigned int count)
{
	double first = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct rival *rival = &rivals[i];

		printf("  %-28s ", rival->name);
		if (rival->done) {
			double middle = median(rival);

			if (i == 0)
				first = middle;
			printf("%10.2f ms median %10.2f ms min", middle, rival->ms[0]);
			if (first > 0)
				printf(" %8.2f x", middle / first);
		} else {
			printf("no run succeeded");
		}
		if (rival->failed)
			printf("  (%u of %u runs failed)", rival->failed,
			       rival->failed + rival->done);
		printf("\n");
	}
}

static bool is_cut(const char *argument)
{
	return !strcmp(argument, "--") || !strcmp(argument, "---");
}

/*
 * Cuts the arguments after the number of rounds at each "--" and "---"; returns how many rivals
 * there are, 0 if they are not well formed.
 */
static unsigned int parse(char **argv, struct rival *rivals, unsigned int rounds)
{
	unsigned int count = 0;

	while (*argv) {
		if (!is_cut(*argv) || !argv[1] || !argv[2] || count == MAX_RIVALS)
			return 0;
		rivals[count].to_end = !strcmp(*argv, "---");
		*argv = NULL;
		rivals[count].name = argv[1];
		rivals[count].argv = argv + 2;
		rivals[count].ms = calloc(rounds, sizeof(double));
		if (!rivals[count++].ms)
			return 0;
		for (argv += 2; *argv && !is_cut(*argv);)
			argv++;
	}
	return count;
}

int main(int argc, char **argv)
{
	static struct rival rivals[MAX_RIVALS];
	const char *text = argc > 3 && !strcmp(argv[1], "--until") ? argv[2] : NULL;
	unsigned int rounds, count;
	sigset_t waited;

	argv += text ? 3 : 1;
	rounds = *argv ? (unsigned int)strtoul(*argv, NULL, 10) : 0;
	count = rounds ? parse(argv + 1, rivals, rounds) : 0;
	if (!count) {
		fprintf(stderr,
			"usage: alternate [--until TEXT] ROUNDS -- NAME COMMAND [ARG...] -- ...\n");
		return 1;
	}
	errors = tmpfile();
	if (!errors) {
		perror("alternate: tmpfile");
		return 1;
	}
	sigemptyset(&waited);
	sigaddset(&waited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &waited, NULL);
	for (unsigned int round = 0; round < rounds; round++) {
		for (unsigned int i = 0; i < count; i++)
			run_once(&rivals[i], text);
	}
	print(rivals, count);
	return 0;
}
