// SPDX-License-Identifier: MIT
/* What must hold for every layout, tried on thousands of random machines and spaces. */
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define ROUNDS 5000

/* Few and many nodes, small and huge, some without memory; never all of them. */
static void random_nodes(struct topology *t, uint64_t *state)
{
	unsigned int nodes = 1 + random_below(state, random_below(state, 2) ? 4 : 60);

	topology_init(t, nodes);
	for (unsigned int i = 0; i < nodes; i++) {
		unsigned int bits = random_below(state, 22);

		if (random_below(state, 4))
			t->nodes[i].size = random_below(state, 1ULL << bits) * MIB;
	}
	t->nodes[random_below(state, nodes)].size += MIB;
}

/* Up to four holes, ascending, none touching another; a base anywhere, in a hole too. */
static void random_space(struct layout_space *space, uint64_t *state)
{
	uint64_t at = 0;

	*space = (struct layout_space){ .phys_bits = 64 };
	space->nr_holes = random_below(state, LAYOUT_MAX_HOLES + 1);
	for (unsigned int i = 0; i < space->nr_holes; i++) {
		at += (random_below(state, 8 * 1024) + (i > 0)) * MIB;
		space->holes[i].start = at;
		at += (1 + random_below(state, 2 * 1024)) * MIB;
		space->holes[i].end = at;
	}
	if (random_below(state, 2))
		space->ram_base = random_below(state, 16 * 1024) * MIB;
}

static void assert_outside_holes(const struct layout_range *range, const struct layout_space *space)
{
	for (unsigned int i = 0; i < space->nr_holes; i++)
		ck_assert(range->gpa >= space->holes[i].end ||
			  range->gpa + range->size <= space->holes[i].start);
}

/* What is between two ranges, or before the first, is a hole and nothing else. */
static void assert_gap_is_hole(uint64_t start, uint64_t end, const struct layout_space *space)
{
	for (unsigned int i = 0; i < space->nr_holes && start < end; i++)
		if (start >= space->holes[i].start && start < space->holes[i].end)
			start = space->holes[i].end;
	ck_assert_uint_eq(start, end);
}

static void assert_nodes_kept(const struct topology *t, const struct layout *layout)
{
	for (unsigned int node = 0; node < t->nr_nodes; node++) {
		uint64_t size = 0;

		for (unsigned int i = 0; i < layout->nr_ranges; i++)
			if (layout->ranges[i].node == node)
				size += layout->ranges[i].size;
		ck_assert_uint_eq(size, t->nodes[node].size);
	}
}

static void assert_ranges(const struct topology *t, const struct layout *layout,
			  const struct layout_space *space)
{
	uint64_t offset = 0, end = space->ram_base;
	unsigned int node = 0;

	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		const struct layout_range *range = &layout->ranges[i];

		ck_assert_uint_eq(range->slot, i);
		ck_assert_uint_eq(range->offset, offset);
		ck_assert_uint_gt(range->size, 0);
		ck_assert_uint_ge(range->gpa, end);
		ck_assert_uint_ge(range->node, node);
		assert_gap_is_hole(end, range->gpa, space);
		assert_outside_holes(range, space);
		ck_assert_ptr_eq(layout_range_at(layout, range->gpa), range);
		ck_assert_ptr_eq(layout_range_at(layout, range->gpa + range->size - 1), range);
		node = range->node;
		offset += range->size;
		end = range->gpa + range->size;
	}
	ck_assert_uint_eq(layout->size, offset);
	ck_assert_uint_eq(layout_end(layout), end);
	assert_nodes_kept(t, layout);
}

/* Neighbours of one node are one range: only a hole splits. */
static void assert_split_by_holes_alone(const struct layout *layout)
{
	for (unsigned int i = 1; i < layout->nr_ranges; i++) {
		const struct layout_range *range = &layout->ranges[i];

		ck_assert(range[-1].node != range->node ||
			  range[-1].gpa + range[-1].size < range->gpa);
	}
}

START_TEST(random_layouts_hold)
{
	uint64_t state = random_seed();

	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct topology t;
		struct layout_space space;
		struct layout layout;
		struct error err;

		random_nodes(&t, &state);
		random_space(&space, &state);
		ck_assert_msg(!layout_build(&t, &space, &layout, &err), "%s", err.text);
		assert_ranges(&t, &layout, &space);
		assert_split_by_holes_alone(&layout);
		layout_free(&layout);
		topology_free(&t);
	}
}
END_TEST

START_TEST(random_shares_hold)
{
	uint64_t state = random_seed();

	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct topology t;
		uint64_t memory, sum = 0, first;

		topology_init(&t, 1 + random_below(&state, 64));
		memory = (t.nr_nodes + random_below(&state, 100000)) * MIB;
		topology_share_memory(&t, memory);
		first = t.nodes[0].size;
		for (unsigned int i = 0; i < t.nr_nodes; i++) {
			ck_assert_uint_eq(t.nodes[i].size % MIB, 0);
			ck_assert(i == t.nr_nodes - 1 || t.nodes[i].size == first);
			sum += t.nodes[i].size;
		}
		ck_assert_uint_eq(sum, memory);
		ck_assert_uint_lt(t.nodes[t.nr_nodes - 1].size - first, t.nr_nodes * MIB);
		ck_assert_uint_gt(first, 0);
		topology_free(&t);
	}
}
END_TEST

Suite *layout_property_suite(void)
{
	Suite *s = suite_create("layout_property");
	TCase *tc = tcase_create("layout_property");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, random_layouts_hold);
	tcase_add_test(tc, random_shares_hold);
	suite_add_tcase(s, tc);
	return s;
}
