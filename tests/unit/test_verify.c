// SPDX-License-Identifier: MIT
/* Pages counted, made up and by the kernel, and judged by what their policy promised. */
#include <string.h>
#include <sys/mman.h>

#include "mem/verify.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define HOST_NODES 4

static const struct {
	enum placement_policy policy;
	const char *nodes;
	uint64_t by_node[HOST_NODES];
	uint64_t missing;
	unsigned int weights[HOST_NODES];
	bool thp;
	const char *says; /* NULL: as promised */
} verdicts[] = {
	{ .policy = PLACEMENT_BIND, .nodes = "0", .by_node = { 4096 } },
	{ .policy = PLACEMENT_BIND, .nodes = "1,3", .by_node = { 0, 4000, 0, 96 } },
	{ .policy = PLACEMENT_BIND, .nodes = "1,3", .by_node = { 0, 0, 0, 4096 } },
	{ .policy = PLACEMENT_BIND,
	  .nodes = "0",
	  .by_node = { 4095, 1 },
	  .says = "1 of 4096 pages lie on host node 1" },
	{ .policy = PLACEMENT_BIND,
	  .nodes = "1",
	  .by_node = { 4096 },
	  .says = "4096 of 4096 pages lie on host node 0" },
	{ .policy = PLACEMENT_BIND,
	  .nodes = "0,1",
	  .by_node = { 1, 1, 0, 1 },
	  .says = "1 of 3 pages lie on host node 3" },
	{ .policy = PLACEMENT_BIND,
	  .nodes = "0",
	  .by_node = { 4095 },
	  .missing = 1,
	  .says = "1 of 4096 pages are not there" },
	{ .policy = PLACEMENT_DEFAULT,
	  .nodes = "",
	  .by_node = { 4095 },
	  .missing = 1,
	  .says = "1 of 4096 pages are not there" },
	/* Preferred ones promise nothing. */
	{ .policy = PLACEMENT_DEFAULT, .nodes = "", .by_node = { 1, 2, 3, 4 } },
	{ .policy = PLACEMENT_LOCAL, .nodes = "0", .by_node = { 0, 0, 0, 10 } },
	{ .policy = PLACEMENT_PREFERRED, .nodes = "0", .by_node = { 0, 0, 0, 10 } },
	{ .policy = PLACEMENT_PREFERRED_MANY, .nodes = "0,1", .by_node = { 0, 0, 0, 10 } },
	/* Two halves of 10,000, within 5 % of all and two pages more. */
	{ .policy = PLACEMENT_INTERLEAVE, .nodes = "0,1", .by_node = { 5000, 5000 } },
	{ .policy = PLACEMENT_INTERLEAVE, .nodes = "0,1", .by_node = { 5502, 4498 } },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 5503, 4497 },
	  .says = "5503 of 10000 pages lie on host node 0" },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 4497, 5503 },
	  .says = "not its share of 50 %" },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1,2,3",
	  .by_node = { 2500, 2500, 2500, 2500 } },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1,2,3",
	  .by_node = { 3100, 2300, 2300, 2300 },
	  .says = "share of 25 %" },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 4999, 5000, 1 },
	  .says = "1 of 10000 pages lie on host node 2, where they must not be" },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 10000 },
	  .says = "10000 of 10000" },
	{ .policy = PLACEMENT_INTERLEAVE, .nodes = "2", .by_node = { 0, 0, 10000 } },
	/* Weights are of weighted interleaving alone. */
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 5000, 5000 },
	  .weights = { 3, 1 } },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 7500, 2500 },
	  .weights = { 3, 1 } },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 8002, 1998 },
	  .weights = { 3, 1 } },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 8003, 1997 },
	  .weights = { 3, 1 },
	  .says = "not its share of 25 %" },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 8005, 1995 },
	  .weights = { 3, 1 },
	  .says = "not its share of 75 %" },
	/* 20 huge pages on the one, and of the other's 20 there are 12 left. */
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 20 * 512, 12 * 512 },
	  .weights = { 20, 20 },
	  .thp = true },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 5000, 5000 },
	  .weights = { 3, 1 },
	  .says = "not its share of 75 %" },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE,
	  .nodes = "0,2",
	  .by_node = { 5000, 0, 5000 },
	  .weights = { 1, 9, 1, 9 } },
	/* Few pages in huge pages: one of them more or less is 512 pages. */
	{ .policy = PLACEMENT_INTERLEAVE, .nodes = "0,1", .by_node = { 1024, 512 }, .thp = true },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 1024, 512 },
	  .says = "not its share" },
	{ .policy = PLACEMENT_INTERLEAVE,
	  .nodes = "0,1",
	  .by_node = { 1536, 0 },
	  .thp = true,
	  .says = "not its share" },
};

START_TEST(counts_are_judged)
{
	struct backing backing = {
		.policy = verdicts[_i].policy,
		.pages = &page_kinds[verdicts[_i].thp ? PLACEMENT_THP : PLACEMENT_4K],
	};
	struct verify_counts counts;
	struct error err = { 0 };
	int ret;

	backing.nodes = make_set(verdicts[_i].nodes);
	verify_init(&counts, HOST_NODES);
	counts.missing = counts.asked = verdicts[_i].missing;
	for (unsigned int i = 0; i < HOST_NODES; i++)
		counts.asked += counts.by_node[i] = verdicts[_i].by_node[i];
	counts.pages = counts.asked;
	ret = verify_judge(&backing, &counts, verdicts[_i].weights, &err);
	ck_assert_msg(ret == (verdicts[_i].says ? -1 : 0), "%d: %s", ret, err.text);
	if (ret)
		ck_assert_msg(strstr(err.text, verdicts[_i].says) != NULL, "%s", err.text);
	ck_assert(!err.contention);
	verify_free(&counts);
	ck_assert_ptr_null(counts.by_node);
	numa_bitmask_free(backing.nodes);
}
END_TEST

static const struct {
	const char *name;
	enum verify_mode mode;
} modes[] = {
	{ "yes", VERIFY_SAMPLE },
	{ "sample", VERIFY_SAMPLE },
	{ "full", VERIFY_FULL },
	{ "no", VERIFY_NO },
};

START_TEST(modes_are_read)
{
	enum verify_mode mode = 99;
	struct error err = { 0 };

	ck_assert_int_eq(verify_parse_mode(modes[_i].name, &mode, &err), 0);
	ck_assert_int_eq(mode, modes[_i].mode);
	ck_assert_int_eq(verify_parse_mode("", &mode, &err), -1);
	ck_assert_int_eq(verify_parse_mode("maybe", &mode, &err), -1);
	ck_assert_str_eq(err.text, "\"maybe\": must be yes, full or no");
}
END_TEST

/*
 * Of 40,000 pages, more than one call's, every other one is there: whatever the distance between
 * the pages that are asked for, half of them are.
 */
static const struct {
	uint64_t page_size, every, pages, asked, missing, slack;
} counted[] = {
	{ 4096, 1, 40000, 40000, 20000, 0 },  { 4096, 2, 40000, 20000, 10000, 1000 },
	{ 4096, 3, 40000, 13334, 6667, 667 }, { 4096, 4, 40000, 10000, 5000, 500 },
	{ 4096, 8, 40000, 5000, 2500, 250 },  { 4096, 9, 40000, 4445, 2222, 222 },
	{ 4096, 50000, 40000, 1, 0, 1 },      { 4096, 39999, 40000, 2, 1, 1 },
	{ 4 * 4096, 1, 10000, 10000, 0, 0 },  { 4 * 4096, 3, 10000, 3334, 0, 0 },
};

START_TEST(kernel_is_asked)
{
	uint64_t size = 40000 * 4096;
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	const struct page_kind pages = { .size = counted[_i].page_size };
	struct backing backing = { .pages = &pages };
	struct verify_counts counts;
	struct error err = { 0 };
	uint64_t there = 0;

	ck_assert_ptr_ne(memory, MAP_FAILED);
	ck_assert_int_eq(madvise(memory, size, MADV_NOHUGEPAGE), 0);
	for (uint64_t at = 0; at < size; at += 2 * 4096)
		memory[at] = 1;
	verify_init(&counts, numa_max_node() + 1);
	ck_assert_msg(!verify_count(&backing, memory, size, counted[_i].every, &counts, &err), "%s",
		      err.text);
	ck_assert_uint_eq(counts.pages, counted[_i].pages);
	ck_assert_uint_eq(counts.asked, counted[_i].asked);
	ck_assert_uint_ge(counts.missing + counted[_i].slack, counted[_i].missing);
	ck_assert_uint_le(counts.missing, counted[_i].missing + counted[_i].slack);
	for (unsigned int i = 0; i < counts.nr_nodes; i++)
		there += counts.by_node[i];
	ck_assert_uint_eq(there, counts.asked - counts.missing);
	/* A second range is added to the first. */
	ck_assert_int_eq(verify_count(&backing, memory, size, counted[_i].every, &counts, &err), 0);
	ck_assert_uint_eq(counts.pages, 2 * counted[_i].pages);
	ck_assert_uint_eq(counts.asked, 2 * counted[_i].asked);
	verify_free(&counts);
	munmap(memory, size);
}
END_TEST

Suite *verify_suite(void)
{
	Suite *s = suite_create("verify");
	TCase *tc = tcase_create("verify");

	tcase_add_loop_test(tc, counts_are_judged, 0, COUNT(verdicts));
	tcase_add_loop_test(tc, modes_are_read, 0, COUNT(modes));
	if (numa_available() < 0)
		skip_test("kernel_is_asked", "this kernel has no NUMA policy");
	else
		tcase_add_loop_test(tc, kernel_is_asked, 0, COUNT(counted));
	suite_add_tcase(s, tc);
	return s;
}
