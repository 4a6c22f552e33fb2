// SPDX-License-Identifier: MIT
/* Whose memory an address is, and where a node's memory begins. */
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* One lookup: the address, and the node that has it or -1. */
struct lookup {
	uint64_t gpa;
	int node;
};

static void check_lookups(const char *nodes, const struct layout_space *space,
			  const struct lookup *lookups, unsigned int nr)
{
	struct topology t;
	struct layout layout;
	struct error err;

	declare(&t, nodes);
	ck_assert_int_eq(layout_build(&t, space, &layout, &err), 0);
	for (unsigned int i = 0; i < nr; i++) {
		const struct layout_range *range = layout_range_at(&layout, lookups[i].gpa);

		ck_assert_msg((range ? (int)range->node : -1) == lookups[i].node, "0x%llx",
			      (unsigned long long)lookups[i].gpa);
		if (range)
			ck_assert(lookups[i].gpa >= range->gpa &&
				  lookups[i].gpa - range->gpa < range->size);
	}
	layout_free(&layout);
	topology_free(&t);
}

START_TEST(region_for_gpa_lookup)
{
	static const struct lookup lookups[] = {
		{ 0, 0 },
		{ 1, 0 },
		{ 2 * GIB - 1, 0 },
		{ 2 * GIB, 1 },
		{ 3 * GIB - 1, 1 },
		{ 3 * GIB, -1 },
		{ 0xfec00000, -1 },
		{ 4 * GIB - 1, -1 },
		{ 4 * GIB, 1 },
		{ 5 * GIB - 1, 1 },
		{ 5 * GIB, 2 },
		{ 5 * GIB + 256 * MIB - 1, 2 },
		{ 5 * GIB + 256 * MIB, -1 },
		{ 1ULL << 63, -1 },
		{ UINT64_MAX, -1 },
	};

	check_lookups("1:2048 1:2048 0:256", &space_x86, lookups, COUNT(lookups));
}
END_TEST

START_TEST(region_for_gpa_lookup_with_dram_base)
{
	static const struct lookup lookups[] = {
		{ 0, -1 },
		{ 0x3fffffff, -1 },
		{ 0x40000000, 0 },
		{ 0x40000000 + 256 * MIB - 1, 0 },
		{ 0x40000000 + 256 * MIB, 1 },
		{ 0x40000000 + 512 * MIB - 1, 1 },
		{ 0x40000000 + 512 * MIB, -1 },
		{ UINT64_MAX, -1 },
	};

	check_lookups("1:256 1:256", &space_arm64, lookups, COUNT(lookups));
}
END_TEST

/* A node's ranges are adjacent; NULL for a node without memory. */
static const struct layout_range *first_range_of(const struct layout *layout, unsigned int node)
{
	for (unsigned int i = 0; i < layout->nr_ranges; i++)
		if (layout->ranges[i].node == node)
			return &layout->ranges[i];
	return NULL;
}

START_TEST(region_for_node_lookup)
{
	struct topology t;
	struct layout layout;
	struct error err;
	const struct layout_range *first;

	declare(&t, "1:2048 1:0 1:2048 0:256");
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), 0);
	ck_assert_ptr_eq(first_range_of(&layout, 0), &layout.ranges[0]);
	ck_assert_ptr_null(first_range_of(&layout, 1));
	first = first_range_of(&layout, 2);
	ck_assert_ptr_eq(first, &layout.ranges[1]);
	ck_assert_uint_eq(first[1].node, 2);
	ck_assert_ptr_eq(first_range_of(&layout, 3), &layout.ranges[3]);
	ck_assert_ptr_null(first_range_of(&layout, 4));
	ck_assert_ptr_null(first_range_of(&layout, UINT32_MAX));
	layout_free(&layout);
	topology_free(&t);
}
END_TEST

Suite *layout_lookup_suite(void)
{
	Suite *s = suite_create("layout_lookup");
	TCase *tc = tcase_create("layout_lookup");

	tcase_add_test(tc, region_for_gpa_lookup);
	tcase_add_test(tc, region_for_gpa_lookup_with_dram_base);
	tcase_add_test(tc, region_for_node_lookup);
	suite_add_tcase(s, tc);
	return s;
}
