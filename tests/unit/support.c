// SPDX-License-Identifier: MIT
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arch/arch.h"

char scratch_dir[] = "/tmp/numavm-unit-XXXXXX";

const struct layout_space space_x86 = {
	.holes = { { HOLE_START, HOLE_END } },
	.nr_holes = 1,
	.phys_bits = 64,
};

const struct layout_space space_amd = {
	.holes = { { HOLE_START, HOLE_END }, { AMD_HOLE_START, AMD_HOLE_END } },
	.nr_holes = 2,
	.phys_bits = 64,
};

const struct layout_space space_arm64 = { .ram_base = 0x40000000, .phys_bits = 64 };

static unsigned int count_words(const char *text)
{
	unsigned int words = 1;

	while ((text = strchr(text, ' '))) {
		words++;
		text++;
	}
	return words;
}

void declare(struct topology *t, const char *nodes)
{
	const char *at = nodes;
	unsigned long long mib;
	int used;

	topology_init(t, count_words(nodes));
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		ck_assert_int_eq(sscanf(at, "%u:%llu%n", &t->nodes[i].llcs, &mib, &used), 2);
		t->nodes[i].size = mib * MIB;
		at += used;
	}
}

void finish(struct topology *t, const char *nodes, unsigned int cores, unsigned int threads,
	    unsigned int packages)
{
	struct error err;

	declare(t, nodes);
	t->cores = cores;
	t->threads = threads;
	t->packages = packages;
	ck_assert_msg(!topology_finish(t, &err), "%s: %s", nodes, err.text);
}

struct bitmask *make_set(const char *list)
{
	struct bitmask *set = numa_bitmask_alloc(1024);
	char *end;

	for (; *list; list = *end ? end + 1 : end)
		numa_bitmask_setbit(set, strtoul(list, &end, 10));
	return set;
}

uint64_t le(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static unsigned int nr_skipped;

unsigned int skipped_tests(void)
{
	return nr_skipped;
}

void skip_test(const char *name, const char *reason)
{
	printf("skipped: %s: %s\n", name, reason);
	nr_skipped++;
}

void add_or_skip(TCase *tc, const TTest *const *tests, unsigned int nr, const char *reason)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (reason)
			skip_test(tests[i]->name, reason);
		else
			tcase_add_test(tc, tests[i]);
	}
}

void make_host_machine(struct machine *m, struct arch_host *host, unsigned int devices)
{
	struct layout_space space;
	struct error err;

	arch_host_probe(host);
	arch_layout_space(host, &space);
	*m = (struct machine){ .host = host, .devices = devices };
	finish(&m->topology, "1:128", 1, 1, 0);
	ck_assert_msg(!layout_build(&m->topology, &space, &m->layout, &err) &&
			      !arch_memory_map(m, &m->map, &err),
		      "%s", err.text);
}

const char *kvm_missing(void)
{
	static char reason[100];
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	snprintf(reason, sizeof(reason), "/dev/kvm: %s", strerror(errno));
	return reason;
}

void stderr_catch(struct caught *caught)
{
	fflush(stderr);
	caught->stderr_fd = dup(STDERR_FILENO);
	caught->file = open(scratch_dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	ck_assert_int_eq(dup2(caught->file, STDERR_FILENO), STDERR_FILENO);
}

const char *stderr_release(struct caught *caught)
{
	ssize_t size;

	fflush(stderr);
	size = pread(caught->file, caught->text, sizeof(caught->text) - 1, 0);
	ck_assert_int_ge(size, 0);
	caught->text[size] = 0;
	dup2(caught->stderr_fd, STDERR_FILENO);
	close(caught->stderr_fd);
	close(caught->file);
	return caught->text;
}

const char *iasl_missing(void)
{
	return system("command -v iasl >/dev/null 2>&1") ? "iasl is not in the PATH" : NULL;
}

uint64_t random_seed(void)
{
	static uint64_t seed;
	const char *given = getenv("RANDOM_SEED");
	struct timespec now;

	if (seed)
		return seed;
	clock_gettime(CLOCK_REALTIME, &now);
	seed = given ? strtoull(given, NULL, 0)
		     : (uint64_t)now.tv_sec << 20 ^ (uint64_t)now.tv_nsec;
	return seed;
}

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

uint64_t random_below(uint64_t *state, uint64_t limit)
{
	return random_next(state) % limit;
}
