/* SPDX-License-Identifier: MIT */
/*
 * What several suites need: machines made from one line of text, little-endian reads, random
 * numbers with a seed that is printed, and the tests that this host cannot run.
 */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <check.h>
#include <stdbool.h>

#include "mem/layout.h"
#include "mem/topology.h"

#define KIB (1ULL << 10)
#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The holes of the x86-64 machine as the specification of this project names them. */
#define HOLE_START 0xc0000000ULL
#define HOLE_END 0x100000000ULL
#define AMD_HOLE_START 0xfd00000000ULL
#define AMD_HOLE_END 0x10000000000ULL

extern const struct layout_space space_x86;
extern const struct layout_space space_amd;
extern const struct layout_space space_arm64;

/*
 * Fills in @t from @nodes, "LLCS:MIB LLCS:MIB ...", without topology_finish(): so a layout can be
 * built of nodes that make no machine yet.
 */
void declare(struct topology *t, const char *nodes);

/* The same, finished, with @cores per cache, @threads per core and @packages (0: one per node). */
void finish(struct topology *t, const char *nodes, unsigned int cores, unsigned int threads,
	    unsigned int packages);

/* The set of nodes or CPUs "0,2,5", with room for 1024; numa_bitmask_free() gives it back. */
struct bitmask *make_set(const char *list);

/* The low @bytes at @at, little-endian. */
uint64_t le(const uint8_t *at, unsigned int bytes);

/* A test that is not run on this host, and why. To be called while suites are made. */
void skip_test(const char *name, const char *reason);
unsigned int skipped_tests(void);

/* Adds @nr tests to @tc, or notes them as skipped when there is a @reason. */
void add_or_skip(TCase *tc, const TTest *const *tests, unsigned int nr, const char *reason);

/* A machine of one CPU and 128 MiB as this host makes it, with @devices beside those of all. */
struct machine;
struct arch_host;
void make_host_machine(struct machine *m, struct arch_host *host, unsigned int devices);

/* NULL when /dev/kvm opens, else the reason. */
const char *kvm_missing(void);

/* NULL when iasl is in the PATH, else the reason. */
const char *iasl_missing(void);

/* What is printed to stderr in between, the first 999 bytes of it. */
struct caught {
	int stderr_fd, file;
	char text[1000];
};

void stderr_catch(struct caught *caught);
const char *stderr_release(struct caught *caught);

/* A folder for this run's files; main.c makes it and removes it. */
extern char scratch_dir[];

/* RANDOM_SEED from the environment, else a new one for each run; main.c prints it. */
uint64_t random_seed(void);

/* The next number of @state (splitmix64), and one below @limit. */
uint64_t random_next(uint64_t *state);
uint64_t random_below(uint64_t *state, uint64_t limit);

#endif
