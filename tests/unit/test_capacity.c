// SPDX-License-Identifier: MIT
/* What host nodes have free, made up and read, and taking it. */
#include <string.h>

#include "tests/unit/capacity.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	const char *nodes; /* NULL: all */
	unsigned int size;
	amounts has, left;
	const char *says; /* NULL: taken */
} takes[] = {
	{ "0", 10, { 10, 20, 30 }, { 0, 20, 30 }, NULL },
	{ "0", 11, { 10, 20, 30 }, { 10, 20, 30 }, "11 MiB of memory on host nodes 0, where 10" },
	{ "0,2", 40, { 10, 20, 30 }, { 0, 20, 0 }, NULL },
	{ "0,2", 41, { 10, 20, 30 }, { 10, 20, 30 }, "on host nodes 0,2, where 40 MiB are free" },
	/* From the one with most left. */
	{ "0,1,2", 5, { 10, 20, 30 }, { 10, 20, 25 }, NULL },
	{ "0,1,2", 35, { 10, 20, 30 }, { 10, 15, 0 }, NULL },
	{ NULL, 60, { 10, 20, 30 }, { 0, 0, 0 }, NULL },
	{ NULL, 61, { 10, 20, 30 }, { 10, 20, 30 }, "on host nodes all, where 60" },
	{ "0", 0, { 0, 0, 0 }, { 0, 0, 0 }, NULL },
	/* A host node that is not there has nothing. */
	{ "9", 1, { 10, 20, 30 }, { 10, 20, 30 }, "on host nodes 9, where 0" },
};

START_TEST(capacity_is_taken)
{
	struct backing backing = {
		.policy = PLACEMENT_BIND,
		.pages = &page_kinds[PLACEMENT_THP],
		.nodes = takes[_i].nodes ? make_set(takes[_i].nodes) : NULL,
	};
	static const amounts none = { 0 };
	struct capacity capacity;
	struct error err = { 0 };

	make_capacity(&capacity, takes[_i].has, none, none);
	ck_assert_int_eq(capacity_take(&capacity, &backing, takes[_i].size * MIB, &err),
			 takes[_i].says ? -1 : 0);
	if (takes[_i].says)
		ck_assert_msg(err.contention && strstr(err.text, takes[_i].says), "%s", err.text);
	for (unsigned int i = 0; i < HOST_NODES; i++)
		ck_assert_uint_eq(capacity.free_bytes[PAGE_POOL_MEMORY][i],
				  takes[_i].left[i] * MIB);
	backing_free(&backing);
	capacity_free(&capacity);
}
END_TEST

static const struct {
	enum placement_pages pages;
	enum page_pool pool;
	uint64_t size;
} pools[] = {
	{ PLACEMENT_THP, PAGE_POOL_MEMORY, 4096 },  { PLACEMENT_4K, PAGE_POOL_MEMORY, 4096 },
	{ PLACEMENT_2M, PAGE_POOL_2M, 2 * MIB },    { PLACEMENT_1G, PAGE_POOL_1G, GIB },
	{ PLACEMENT_AUTO, PAGE_POOL_MEMORY, 4096 },
};

/* Each kind of pages is taken from its own pool, and is as large as mmap(2) is told. */
START_TEST(pages_have_pools)
{
	const struct page_kind *pages = &page_kinds[pools[_i].pages];
	const struct backing backing = { .pages = pages };
	static const amounts has = { 4096, 4096, 4096 };
	struct capacity capacity;
	struct error err = { 0 };

	ck_assert_int_eq(pages->pool, pools[_i].pool);
	ck_assert_uint_eq(pages->size, pools[_i].size);
	if (pages->pool != PAGE_POOL_MEMORY)
		ck_assert_uint_eq(1ULL << pages->huge_shift, pages->size);
	make_capacity(&capacity, has, has, has);
	ck_assert_int_eq(capacity_take(&capacity, &backing, GIB, &err), 0);
	for (int pool = 0; pool < PAGE_NR_POOLS; pool++) {
		uint64_t left = 0;

		for (unsigned int i = 0; i < HOST_NODES; i++)
			left += capacity.free_bytes[pool][i];
		ck_assert_uint_eq(left, 12 * GIB - (pool == (int)pools[_i].pool ? GIB : 0));
	}
	capacity_free(&capacity);
}
END_TEST

/* What this host has is at most what it is made of. */
START_TEST(host_is_read)
{
	struct capacity capacity;

	capacity_read(&capacity);
	ck_assert_uint_ge(capacity.nr_nodes, 1);
	ck_assert_uint_gt(capacity_on(&capacity, &page_kinds[PLACEMENT_THP], NULL), 0);
	ck_assert_uint_lt(capacity_on(&capacity, &page_kinds[PLACEMENT_THP], NULL), 1ULL << 50);
	capacity_free(&capacity);
}
END_TEST

Suite *capacity_suite(void)
{
	Suite *s = suite_create("capacity");
	TCase *tc = tcase_create("capacity");

	tcase_add_loop_test(tc, capacity_is_taken, 0, COUNT(takes));
	tcase_add_loop_test(tc, pages_have_pools, 0, COUNT(pools));
	tcase_add_test(tc, host_is_read);
	suite_add_tcase(s, tc);
	return s;
}
