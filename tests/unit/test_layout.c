// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"

struct expected_range {
	unsigned int node;
	uint64_t gpa;
	uint64_t size;
};

static void assert_ranges(const struct layout *layout, const struct expected_range *want,
			  unsigned int nr)
{
	uint64_t offset = 0;

	ck_assert_uint_eq(layout->nr_ranges, nr);
	for (unsigned int i = 0; i < nr; i++) {
		const struct layout_range *range = &layout->ranges[i];

		ck_assert_uint_eq(range->node, want[i].node);
		ck_assert_uint_eq(range->slot, i);
		ck_assert_uint_eq(range->gpa, want[i].gpa);
		ck_assert_uint_eq(range->size, want[i].size);
		ck_assert_uint_eq(range->offset, offset);
		offset += want[i].size;
	}
	ck_assert_uint_eq(layout->size, offset);
	ck_assert_uint_eq(layout_end(layout), want[nr - 1].gpa + want[nr - 1].size);
}

/* Builds the layout of @nodes ("LLCS:MIB ...") in @space and compares all of it with @want. */
static void check_layout(const char *nodes, const struct layout_space *space,
			 const struct expected_range *want, unsigned int nr)
{
	struct topology t;
	struct layout layout;
	struct error err;

	declare(&t, nodes);
	ck_assert_msg(!layout_build(&t, space, &layout, &err), "%s", err.text);
	assert_ranges(&layout, want, nr);
	layout_free(&layout);
	ck_assert_ptr_null(layout.ranges);
	topology_free(&t);
}

#define CHECK_LAYOUT(nodes, space, ...)                                            \
	check_layout(nodes, space, (const struct expected_range[]){ __VA_ARGS__ }, \
		     COUNT(((const struct expected_range[]){ __VA_ARGS__ })))

static void check_uniform(unsigned int nodes, uint64_t memory, const struct expected_range *want)
{
	struct topology_shape shape = { nodes, nodes, 1, 1 };
	struct topology t;
	struct layout layout;
	struct error err;

	ck_assert_int_eq(topology_uniform(&t, &shape, memory, &err), 0);
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), 0);
	assert_ranges(&layout, want, nodes);
	layout_free(&layout);
	topology_free(&t);
}

/* The message when @nodes cannot be laid out in @space; @memory as declared, 0 for none. */
static void assert_refused(const char *nodes, uint64_t memory, const struct layout_space *space,
			   const char *says, const char *says_too)
{
	struct topology t;
	struct layout layout;
	struct error err = { 0 };

	declare(&t, nodes);
	t.memory = memory;
	ck_assert_int_eq(layout_build(&t, space, &layout, &err), -1);
	ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
	ck_assert_msg(strstr(err.text, says_too) != NULL, "%s", err.text);
	ck_assert_ptr_null(layout.ranges);
	topology_free(&t);
}

START_TEST(uniform_single_region)
{
	check_uniform(1, 256 * MIB, (struct expected_range[]){ { 0, 0, 256 * MIB } });
}
END_TEST

START_TEST(uniform_multi_numa_splits_evenly)
{
	check_uniform(
		2, 512 * MIB,
		(struct expected_range[]){ { 0, 0, 256 * MIB }, { 1, 256 * MIB, 256 * MIB } });
}
END_TEST

START_TEST(uniform_multi_numa_remainder)
{
	check_uniform(3, 100 * MIB,
		      (struct expected_range[]){ { 0, 0, 33 * MIB },
						 { 1, 33 * MIB, 33 * MIB },
						 { 2, 66 * MIB, 34 * MIB } });
}
END_TEST

START_TEST(with_nodes_two_regions)
{
	CHECK_LAYOUT("1:256 1:256", &space_x86, { 0, 0, 256 * MIB }, { 1, 256 * MIB, 256 * MIB });
}
END_TEST

START_TEST(asymmetric_node_memory)
{
	CHECK_LAYOUT("1:128 1:384", &space_x86, { 0, 0, 128 * MIB }, { 1, 128 * MIB, 384 * MIB });
}
END_TEST

START_TEST(cxl_memory_only_node)
{
	CHECK_LAYOUT("1:256 1:256 0:512", &space_x86, { 0, 0, 256 * MIB },
		     { 1, 256 * MIB, 256 * MIB }, { 2, 512 * MIB, 512 * MIB });
}
END_TEST

START_TEST(cxl_zero_memory_node_skipped)
{
	CHECK_LAYOUT("1:256 1:0 1:256", &space_x86, { 0, 0, 256 * MIB },
		     { 2, 256 * MIB, 256 * MIB });
}
END_TEST

START_TEST(all_nodes_empty)
{
	assert_refused("1:0 1:0", 0, &space_x86, "no node has memory", "memory = ");
}
END_TEST

START_TEST(aarch64_dram_base)
{
	CHECK_LAYOUT("1:256 1:512", &space_arm64, { 0, 0x40000000, 256 * MIB },
		     { 1, 0x40000000 + 256 * MIB, 512 * MIB });
}
END_TEST

START_TEST(memory_mismatch_error)
{
	assert_refused("1:256 1:256", 1024 * MIB, &space_x86, "512 MiB, must equal", "1024 MiB");
	assert_refused("1:256 1:257", 512 * MIB, &space_x86, "513 MiB, must equal", " 512 MiB");
}
END_TEST

START_TEST(memory_sum_overflow)
{
	struct topology t;
	struct layout layout;
	struct error err = { 0 };

	/* Each of these sums is 256 MiB modulo 2^64. */
	declare(&t, "1:0 1:0 1:0");
	t.nodes[0].size = 1ULL << 63;
	t.nodes[1].size = 1ULL << 63;
	t.nodes[2].size = 256 * MIB;
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "adds up to more"));
	t.nodes[1].size = 256 * MIB;
	t.nodes[0].size = 0 - 512 * MIB;
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "node 0"));
	t.nodes[0].size = 512 * MIB;
	t.nodes[1].size = 0 - 256 * MIB;
	t.nodes[2].size = 0;
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "node 1"));
	topology_free(&t);
}
END_TEST

START_TEST(slot_assignment_contiguous)
{
	CHECK_LAYOUT("1:1024 1:0 1:1024 0:2048 1:0 0:256", &space_x86, { 0, 0, GIB },
		     { 2, GIB, GIB }, { 3, 2 * GIB, GIB }, { 3, 4 * GIB, GIB },
		     { 5, 5 * GIB, 256 * MIB });
}
END_TEST

START_TEST(single_node_with_nodes)
{
	CHECK_LAYOUT("1:512", &space_x86, { 0, 0, 512 * MIB });
}
END_TEST

START_TEST(relocate_single_node_crossing_gap)
{
	CHECK_LAYOUT("1:4096", &space_x86, { 0, 0, 3 * GIB }, { 0, 4 * GIB, GIB });
}
END_TEST

START_TEST(relocate_below_gap_no_split)
{
	CHECK_LAYOUT("1:2048", &space_x86, { 0, 0, 2 * GIB });
	CHECK_LAYOUT("1:3072", &space_x86, { 0, 0, 3 * GIB });
	CHECK_LAYOUT("1:3073", &space_x86, { 0, 0, 3 * GIB }, { 0, 4 * GIB, MIB });
	CHECK_LAYOUT("1:3072 1:1", &space_x86, { 0, 0, 3 * GIB }, { 1, 4 * GIB, MIB });
}
END_TEST

START_TEST(relocate_multi_node_straddle)
{
	CHECK_LAYOUT("1:2048 1:4096", &space_x86, { 0, 0, 2 * GIB }, { 1, 2 * GIB, GIB },
		     { 1, 4 * GIB, 3 * GIB });
}
END_TEST

START_TEST(relocate_none_is_noop)
{
	CHECK_LAYOUT("1:16384", &space_arm64, { 0, 0x40000000, 16 * GIB });
}
END_TEST

/* RAM whose base is in a hole, or right at one, begins after it. */
START_TEST(base_in_hole)
{
	struct layout_space space = space_x86;

	space.ram_base = HOLE_START;
	CHECK_LAYOUT("1:256", &space, { 0, HOLE_END, 256 * MIB });
	space.ram_base = HOLE_END - MIB;
	CHECK_LAYOUT("1:256", &space, { 0, HOLE_END, 256 * MIB });
	space.ram_base = HOLE_END;
	CHECK_LAYOUT("1:256", &space, { 0, HOLE_END, 256 * MIB });
	space.ram_base = HOLE_START - MIB;
	CHECK_LAYOUT("1:2", &space, { 0, HOLE_START - MIB, MIB }, { 0, HOLE_END, MIB });
}
END_TEST

static const struct {
	const char *nodes;
	unsigned int phys_bits;
	bool fits;
} tops[] = {
	{ "1:8192", 33, false }, /* 9 GiB with the hole */
	{ "1:8192", 34, true },	    { "1:8192", 40, true },    { "1:8192", 64, true },
	{ "1:7168", 33, true }, /* up to 2^33 exactly */
	{ "1:7169", 33, false },    { "1:3072", 32, true },    { "1:3073", 32, false },
	{ "1:1048576", 40, false }, { "1:1047552", 40, true }, { "1:1099511627776", 64, true },
};

START_TEST(ram_top_exceeds_phys_bits)
{
	struct layout_space space = space_x86;
	struct topology t;
	struct layout layout;
	struct error err = { 0 };
	char bits[40];

	space.phys_bits = tops[_i].phys_bits;
	snprintf(bits, sizeof(bits), "%u physical address bits", tops[_i].phys_bits);
	declare(&t, tops[_i].nodes);
	ck_assert_int_eq(layout_build(&t, &space, &layout, &err), tops[_i].fits ? 0 : -1);
	if (!tops[_i].fits) {
		ck_assert_msg(strstr(err.text, bits) != NULL, "%s", err.text);
		ck_assert_ptr_null(layout.ranges);
	}
	layout_free(&layout);
	topology_free(&t);
}
END_TEST

START_TEST(hypertransport_hole)
{
	const uint64_t below = AMD_HOLE_START - GIB; /* of RAM: the 32-bit hole is 1 GiB */

	CHECK_LAYOUT("1:1572864", &space_amd, { 0, 0, 3 * GIB },
		     { 0, 4 * GIB, AMD_HOLE_START - 4 * GIB },
		     { 0, AMD_HOLE_END, 1536 * GIB - below });
	CHECK_LAYOUT("1:524288 1:524288 1:524288", &space_amd, { 0, 0, 3 * GIB },
		     { 0, 4 * GIB, 509 * GIB }, { 1, 513 * GIB, AMD_HOLE_START - 513 * GIB },
		     { 1, AMD_HOLE_END, 1024 * GIB - below }, { 2, 1037 * GIB, 512 * GIB });
}
END_TEST

Suite *layout_suite(void)
{
	const TTest *const rows[] = {
		uniform_single_region,
		uniform_multi_numa_splits_evenly,
		uniform_multi_numa_remainder,
		with_nodes_two_regions,
		asymmetric_node_memory,
		cxl_memory_only_node,
		cxl_zero_memory_node_skipped,
		all_nodes_empty,
		aarch64_dram_base,
		memory_mismatch_error,
		memory_sum_overflow,
		slot_assignment_contiguous,
		single_node_with_nodes,
		relocate_single_node_crossing_gap,
		relocate_below_gap_no_split,
		relocate_multi_node_straddle,
		relocate_none_is_noop,
		base_in_hole,
		hypertransport_hole,
	};
	Suite *s = suite_create("layout");
	TCase *tc = tcase_create("layout");

	add_or_skip(tc, rows, COUNT(rows), NULL);
	tcase_add_loop_test(tc, ram_top_exceeds_phys_bits, 0, COUNT(tops));
	suite_add_tcase(s, tc);
	return s;
}
