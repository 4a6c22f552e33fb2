// SPDX-License-Identifier: MIT
#include "tests/fuzz/support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB (1ULL << 20)

_Noreturn void fuzz_broken(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

uint8_t fuzz_byte(struct bytes *bytes)
{
	if (!bytes->left)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

unsigned int fuzz_below(struct bytes *bytes, unsigned int limit)
{
	unsigned int value = fuzz_byte(bytes);

	return (value << 8 | fuzz_byte(bytes)) % limit;
}

void fuzz_check_error(const struct error *err)
{
	size_t length = strnlen(err->text, sizeof(err->text));

	must(length > 0 && length < sizeof(err->text));
}

uint64_t fuzz_le(const uint8_t *at, unsigned int nr)
{
	uint64_t value = 0;

	while (nr--)
		value = value << 8 | at[nr];
	return value;
}

/* Mostly small: of a size in 16 one is up to 16 TiB. */
static uint64_t take_size(struct bytes *bytes)
{
	uint8_t kind = fuzz_byte(bytes);

	if (kind < 64)
		return 0;
	return kind < 240 ? fuzz_below(bytes, 65536) * MIB : fuzz_below(bytes, 65536) * MIB << 8;
}

static void take_nodes(struct bytes *bytes, struct topology *t)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		uint8_t llcs = fuzz_byte(bytes);

		t->nodes[i].size = take_size(bytes);
		t->nodes[i].llcs = llcs < 240 ? llcs % 4 : llcs;
	}
	for (unsigned int from = 0; from < t->nr_nodes; from++)
		for (unsigned int to = 0; bytes->left && to < t->nr_nodes; to++)
			if (from != to)
				*topology_distance(t, from, to) = fuzz_byte(bytes);
}

bool fuzz_machine(struct bytes *bytes, const struct layout_space *space, struct machine *m)
{
	uint8_t nodes = fuzz_byte(bytes), cores = fuzz_byte(bytes), shape = fuzz_byte(bytes);
	struct error err = { 0 };

	topology_init(&m->topology, nodes < 224 ? 1 + nodes % 16 : 1 + nodes * 4);
	m->topology.cores = cores < 224 ? 1 + cores % 16 : cores;
	m->topology.threads = 1 + (shape & 3);
	m->topology.packages = shape >> 2 & 15;
	m->devices = shape >> 6 & 1 << 1; /* the second serial port */
	take_nodes(bytes, &m->topology);
	if (!topology_finish(&m->topology, &err) &&
	    !layout_build(&m->topology, space, &m->layout, &err))
		return true;
	fuzz_check_error(&err);
	machine_free(m);
	return false;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	return path;
}

void fuzz_confine(size_t largest)
{
	const struct rlimit limit = { largest, largest };

	unsetenv("HOME");
	unsetenv("XDG_CACHE_HOME");
	signal(SIGXFSZ, SIG_IGN);
	must(!setrlimit(RLIMIT_FSIZE, &limit));
}
