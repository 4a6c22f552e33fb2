// SPDX-License-Identifier: MIT
/*
 * Memory that the kernel is made to give: it is there afterwards, all of it, or there is an error.
 */
#include <string.h>
#include <sys/mman.h>

#include "mem/populate.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define MAX_RANGES 3

static uint8_t *map(uint64_t size)
{
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	return memory;
}

static uint64_t resident(uint8_t *memory, uint64_t size)
{
	static unsigned char pages[128 * MIB / 4096];
	uint64_t bytes = 0;

	ck_assert_uint_le(size, 128 * MIB);
	ck_assert_int_eq(mincore(memory, size, pages), 0);
	for (uint64_t i = 0; i < size / 4096; i++)
		bytes += (pages[i] & 1) * 4096;
	return bytes;
}

/* In MiB; chunks are of 4 and 16. */
static const struct {
	unsigned int sizes[MAX_RANGES];
	unsigned int threads;
	bool thp;
} shapes[] = {
	{ { 1 }, 1, false },	     { { 32 }, 1, false },	 { { 32 }, 2, false },
	{ { 33 }, 3, false },	     { { 64 }, 4, true },	 { { 64 }, 0, true },
	{ { 1, 32, 17 }, 1, false }, { { 1, 32, 17 }, 2, true }, { { 16, 16, 16 }, 3, false },
	{ { 100, 1, 1 }, 4, true },  { { 1, 1, 1 }, 64, true },	 { { 5, 90, 3 }, 0, false },
};

static void make_ranges(struct populate_range ranges[MAX_RANGES], const struct backing *backing,
			const unsigned int sizes[MAX_RANGES], unsigned int *nr)
{
	for (*nr = 0; *nr < MAX_RANGES && sizes[*nr]; ++*nr) {
		struct populate_range *range = &ranges[*nr];

		*range = (struct populate_range){ .node = *nr, .backing = backing };
		range->size = sizes[*nr] * MIB;
		range->addr = map(range->size);
		madvise(range->addr, range->size,
			backing->pages == &page_kinds[PLACEMENT_THP] ? MADV_HUGEPAGE
								     : MADV_NOHUGEPAGE);
		ck_assert_uint_eq(resident(range->addr, range->size), 0);
	}
}

START_TEST(all_is_there)
{
	struct backing backing = {
		.pages = &page_kinds[shapes[_i].thp ? PLACEMENT_THP : PLACEMENT_4K],
	};
	struct populate_range ranges[MAX_RANGES];
	struct error err = { 0 };
	unsigned int nr;

	make_ranges(ranges, &backing, shapes[_i].sizes, &nr);
	ck_assert_msg(!populate_all(ranges, nr, shapes[_i].threads, NULL, &err), "%s", err.text);
	for (unsigned int i = 0; i < nr; i++) {
		ck_assert_uint_eq(resident(ranges[i].addr, ranges[i].size), ranges[i].size);
		ck_assert_uint_eq(ranges[i].done, ranges[i].size);
		ck_assert(ranges[i].seconds > 0);
		munmap(ranges[i].addr, ranges[i].size);
	}
}
END_TEST

START_TEST(threads_run_on_the_host_nodes)
{
	struct backing backing = { .pages = &page_kinds[PLACEMENT_4K], .nodes = make_set("0") };
	struct populate_range ranges[MAX_RANGES];
	static const unsigned int sizes[MAX_RANGES] = { 32 };
	struct bitmask *before = numa_allocate_cpumask(), *after = numa_allocate_cpumask();
	struct error err = { 0 };
	unsigned int nr;

	numa_sched_getaffinity(0, before);
	make_ranges(ranges, &backing, sizes, &nr);
	ck_assert_msg(!populate_all(ranges, nr, 2, NULL, &err), "%s", err.text);
	ck_assert_uint_eq(resident(ranges[0].addr, ranges[0].size), ranges[0].size);
	/* Only they moved there. */
	numa_sched_getaffinity(0, after);
	ck_assert(numa_bitmask_equal(before, after));
	numa_bitmask_free(before);
	numa_bitmask_free(after);
	munmap(ranges[0].addr, ranges[0].size);
	backing_free(&backing);
}
END_TEST

static uint64_t last_done;
static unsigned int nr_calls;

static void note_progress(uint64_t done, uint64_t total)
{
	ck_assert_uint_eq(total, 49 * MIB);
	ck_assert_uint_ge(done, last_done);
	ck_assert_uint_le(done, total);
	last_done = done;
	nr_calls++;
}

/* All of it is told last, or a bar would stay on the terminal. A run may be too short for any. */
START_TEST(progress_is_told)
{
	static const unsigned int sizes[MAX_RANGES] = { 32, 17 };
	struct backing backing = { .pages = &page_kinds[PLACEMENT_4K] };
	struct populate_range ranges[MAX_RANGES];
	struct error err = { 0 };
	unsigned int nr;

	for (unsigned int round = 0; round < 100 && !nr_calls; round++) {
		make_ranges(ranges, &backing, sizes, &nr);
		ck_assert_int_eq(populate_all(ranges, nr, 1, note_progress, &err), 0);
		for (unsigned int i = 0; i < nr; i++)
			munmap(ranges[i].addr, ranges[i].size);
	}
	ck_assert_uint_ge(nr_calls, 1);
	ck_assert_uint_eq(last_done, 49 * MIB);
}
END_TEST

START_TEST(nothing_to_do)
{
	struct error err = { 0 };

	ck_assert_int_eq(populate_all(NULL, 0, 4, NULL, &err), 0);
}
END_TEST

/* A page in the middle of one range is not mapped: its node and the call are named. */
START_TEST(hole_is_an_error)
{
	struct backing backing = { .pages = &page_kinds[PLACEMENT_4K] };
	struct populate_range ranges[MAX_RANGES];
	static const unsigned int sizes[MAX_RANGES] = { 8, 32, 8 };
	struct error err = { 0 };
	unsigned int nr;

	make_ranges(ranges, &backing, sizes, &nr);
	ck_assert_int_eq(munmap(ranges[1].addr + 20 * MIB, 4096), 0);
	ck_assert_int_eq(populate_all(ranges, nr, _i, NULL, &err), -1);
	ck_assert_str_eq(err.text, "node 1: madvise(MADV_POPULATE_WRITE) of 32 MiB, 4k pages: "
				   "Cannot allocate memory");
	ck_assert(err.contention);
	ck_assert_uint_lt(ranges[1].done, ranges[1].size);
	for (unsigned int i = 0; i < nr; i++)
		munmap(ranges[i].addr, ranges[i].size);
}
END_TEST

/* The others are there then, and the failure is told without the node, which its owner names. */
START_TEST(one_may_fail)
{
	struct backing backing = { .pages = &page_kinds[PLACEMENT_4K] };
	struct populate_range ranges[MAX_RANGES];
	static const unsigned int sizes[MAX_RANGES] = { 8, 32, 8 };
	struct error err = { 0 };
	unsigned int nr;

	make_ranges(ranges, &backing, sizes, &nr);
	ranges[1].may_fail = true;
	ck_assert_int_eq(munmap(ranges[1].addr + 20 * MIB, 4096), 0);
	ck_assert_msg(!populate_all(ranges, nr, _i, NULL, &err), "%s", err.text);
	ck_assert_str_eq(ranges[1].err.text, "madvise(MADV_POPULATE_WRITE) of 32 MiB, 4k pages: "
					     "Cannot allocate memory");
	for (unsigned int i = 0; i < nr; i += 2) {
		ck_assert_uint_eq(resident(ranges[i].addr, ranges[i].size), ranges[i].size);
		ck_assert_str_eq(ranges[i].err.text, "");
	}
	for (unsigned int i = 0; i < nr; i++)
		munmap(ranges[i].addr, ranges[i].size);
}
END_TEST

Suite *populate_suite(void)
{
	const TTest *const with_numa[] = { threads_run_on_the_host_nodes };
	Suite *s = suite_create("populate");
	TCase *tc = tcase_create("populate");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, all_is_there, 0, COUNT(shapes));
	add_or_skip(tc, with_numa, COUNT(with_numa),
		    numa_available() < 0 ? "this kernel has no NUMA policy" : NULL);
	tcase_add_test(tc, progress_is_told);
	tcase_add_test(tc, nothing_to_do);
	tcase_add_loop_test(tc, hole_is_an_error, 1, 5);
	tcase_add_loop_test(tc, one_may_fail, 1, 5);
	suite_add_tcase(s, tc);
	return s;
}
