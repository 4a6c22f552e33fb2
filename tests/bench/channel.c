// SPDX-License-Identifier: MIT
/*
 * How fast the channel is, both ways, with a tiny guest on this host's KVM: the guest's 8 MB from
 * the first byte that comes to the last, and as many to it. Linked with the whole program but
 * main.c.
 *
 *   channel OUTDIR     of tests/guest/build.sh
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/clock.h"
#include "mem/xalloc.h"
#include "vmm/run/run.h"

#define KEY 0x1234abcd /* FRAMES_KEY of tests/guest/guest.h */

static int make_machine(struct machine *m, struct arch_host *host, struct error *err)
{
	struct layout_space space;

	topology_init(&m->topology, 1);
	m->topology.cores = m->topology.threads = 1;
	m->topology.nodes[0].size = 128 << 20;
	m->topology.nodes[0].llcs = 1;
	m->devices = 1U << MACHINE_CHANNEL;
	arch_host_probe(host);
	arch_layout_space(host, &space);
	m->host = host;
	return topology_finish(&m->topology, err) ||
	       layout_build(&m->topology, &space, &m->layout, err) ||
	       arch_memory_map(m, &m->map, err);
}

static _Noreturn void run_guest(const char *kernel)
{
	char *argv[] = { "rate", NULL };
	const struct command command = { .argv = argv, .key = KEY };
	struct boot boot = { .cmdline = "" };
	struct arch_host host = { 0 };
	struct machine machine = { 0 };
	struct run run = {
		.machine = &machine,
		.boot = &boot,
		.command = &command,
		.out_fd = -1,
		.timeout_ns = 120000000000ULL,
	};
	struct result result = { 0 };
	struct error err;

	signal(SIGPIPE, SIG_IGN);
	clock_gettime(CLOCK_MONOTONIC, &run.start);
	if (make_machine(&machine, &host, &err) || boot_open(&boot, kernel, NULL, &err) ||
	    run_machine(&run, &result, &err))
		fprintf(stderr, "channel: %s\n", err.text);
	_exit(result.outcome.status);
}

/* rate_out says the same frame again and again, which is a loss: that all has come counts. */
static bool is_well(bool out, int status, uint64_t total)
{
	return WIFEXITED(status) && (out ? total == 2000 * 4096 : WEXITSTATUS(status) == 7);
}

/* Moves what it can until the other end is closed; the seconds from the first byte to the last. */
static uint64_t move(bool out, int fd, double *seconds)
{
	static char bytes[65536];
	struct timespec start = { 0 };
	uint64_t total = 0;
	ssize_t moved;

	while ((moved = out ? read(fd, bytes, sizeof(bytes)) : write(fd, bytes, 4096)) > 0) {
		if (!total)
			clock_gettime(CLOCK_MONOTONIC, &start);
		total += moved;
	}
	*seconds = clock_seconds_since(&start);
	return total;
}

static void measure(const char *folder, bool out)
{
	char *kernel = xasprintf("%s/rate_%s", folder, out ? "out" : "in");
	int pipes[2], status, none = open("/dev/null", O_RDWR);
	uint64_t total;
	double seconds;
	pid_t pid;

	if (pipe(pipes) || (pid = fork()) < 0)
		exit(1);
	if (!pid) {
		dup2(out ? none : pipes[0], STDIN_FILENO);
		dup2(out ? pipes[1] : none, STDOUT_FILENO);
		dup2(none, STDERR_FILENO);
		close_range(3, ~0U, 0);
		run_guest(kernel);
	}
	close(pipes[out]);
	total = move(out, pipes[!out], &seconds);
	waitpid(pid, &status, 0);
	if (!is_well(out, status, total))
		printf("  %-4s did not end as it should: status %#x\n", out ? "out" : "in", status);
	else
		printf("  %-4s %7.2f MB/s\n", out ? "out" : "in", total / seconds / 1e6);
	free(kernel);
	close(pipes[!out]);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (unsigned int i = 0; i < 6; i++)
		measure(argv[1], i % 2 == 0);
	return 0;
}
