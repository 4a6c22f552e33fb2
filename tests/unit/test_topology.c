// SPDX-License-Identifier: MIT
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(shape_is_read)
{
	struct topology_shape shape;
	struct error err;

	ck_assert_int_eq(topology_parse_shape("2n4l8c3t", &shape, &err), 0);
	ck_assert_uint_eq(shape.nodes, 2);
	ck_assert_uint_eq(shape.llcs, 4);
	ck_assert_uint_eq(shape.cores, 8);
	ck_assert_uint_eq(shape.threads, 3);
	ck_assert_int_eq(topology_parse_shape("8192n8192l8192c8192t", &shape, &err), 0);
	ck_assert_uint_eq(shape.threads, 8192);
}
END_TEST

static const char *const bad_shapes[] = {
	"",
	"n",
	"2",
	"2n",
	"2n4l",
	"2n4l4c",
	"2n4l4c2",
	"2n4l4c2t ",
	" 2n4l4c2t",
	"2n4l4c2t1",
	"2n4l4c2tt",
	"0n4l4c2t",
	"2n0l4c2t",
	"2n4l0c2t",
	"2n4l4c0t",
	"-1n4l4c2t",
	"+2n4l4c2t",
	"2n4c4l2t",
	"2N4L4C2T",
	"2n4l4c8193t",
	"8193n4l4c2t",
	"2n99999999999999999999l4c2t",
	"2n4294967297l4c2t",
	"2n 4l4c2t",
	"2n4l4c0x2t",
	"2,4,4,2",
	"2n4l4c2.0t",
	"18446744073709551617n1l1c1t",
	"2n-18446744073709551615l1c1t",
};

START_TEST(bad_shape_is_refused)
{
	struct topology_shape shape;
	struct error err = { 0 };

	ck_assert_msg(topology_parse_shape(bad_shapes[_i], &shape, &err) == -1, "\"%s\" taken",
		      bad_shapes[_i]);
	ck_assert_ptr_nonnull(strstr(err.text, bad_shapes[_i]));
	ck_assert_ptr_nonnull(strstr(err.text, "NnNlNcNt"));
}
END_TEST

START_TEST(init_makes_empty_nodes_at_default_distances)
{
	struct topology t;

	topology_init(&t, 3);
	ck_assert_uint_eq(t.nr_nodes, 3);
	ck_assert_uint_eq(t.cores, 1);
	ck_assert_uint_eq(t.threads, 1);
	for (unsigned int i = 0; i < 3; i++)
		for (unsigned int j = 0; j < 3; j++)
			ck_assert_uint_eq(*topology_distance(&t, i, j), i == j ? 10 : 20);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert(!t.nodes[i].size && !t.nodes[i].llcs && !t.nodes[i].placement.host);
	topology_free(&t);
	ck_assert_ptr_null(t.nodes);
	ck_assert_uint_eq(t.nr_nodes, 0);
}
END_TEST

START_TEST(distance_is_row_from_column_to)
{
	struct topology t;

	topology_init(&t, 3);
	*topology_distance(&t, 1, 2) = 77;
	ck_assert_uint_eq(t.distances[1 * 3 + 2], 77);
	ck_assert_uint_eq(*topology_distance(&t, 2, 1), 20);
	topology_free(&t);
}
END_TEST

START_TEST(uniform_shares_caches_and_memory)
{
	struct topology_shape shape = { 3, 6, 4, 2 };
	struct topology t;
	struct error err;

	ck_assert_int_eq(topology_uniform(&t, &shape, 100 * MIB, &err), 0);
	ck_assert_uint_eq(t.nr_nodes, 3);
	ck_assert_uint_eq(t.cores, 4);
	ck_assert_uint_eq(t.threads, 2);
	ck_assert_uint_eq(t.memory, 100 * MIB);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_eq(t.nodes[i].llcs, 2);
	ck_assert_uint_eq(t.nodes[0].size, 33 * MIB);
	ck_assert_uint_eq(t.nodes[1].size, 33 * MIB);
	ck_assert_uint_eq(t.nodes[2].size, 34 * MIB);
	ck_assert_int_eq(topology_finish(&t, &err), 0);
	ck_assert_uint_eq(t.nr_cpus, 48);
	topology_free(&t);
}
END_TEST

static const struct {
	struct topology_shape shape;
	uint64_t memory;
	const char *says;
} bad_uniform[] = {
	{ { 2, 3, 1, 1 }, GIB, "3 last-level caches cannot be shared evenly by 2 nodes" },
	{ { 2, 1, 1, 1 }, GIB, "multiple of 2" },
	{ { 3, 3, 1, 1 }, 2 * MIB, "memory: 2 MiB for 3 nodes" },
	{ { 1, 1, 1, 1 }, 0, "1 MiB" },
	{ { 1025, 1025, 1, 1 }, 4096 * GIB, "1024" },
};

START_TEST(bad_uniform_is_refused)
{
	struct topology t;
	struct error err = { 0 };

	ck_assert_int_eq(topology_uniform(&t, &bad_uniform[_i].shape, bad_uniform[_i].memory, &err),
			 -1);
	ck_assert_msg(strstr(err.text, bad_uniform[_i].says) != NULL, "%s", err.text);
	ck_assert_ptr_null(t.nodes);
}
END_TEST

START_TEST(uniform_takes_the_limits)
{
	struct topology_shape shape = { 1024, 1024, 1, 1 };
	struct topology t;
	struct error err;

	ck_assert_int_eq(topology_uniform(&t, &shape, GIB, &err), 0);
	ck_assert_int_eq(topology_finish(&t, &err), 0);
	ck_assert_uint_eq(t.packages, 1024);
	ck_assert_uint_eq(*topology_distance(&t, 1023, 1023), 10);
	ck_assert_uint_eq(*topology_distance(&t, 1023, 1022), 20);
	topology_free(&t);
}
END_TEST

static const struct {
	unsigned int from, to;
	long value;
	bool good;
} distances[] = {
	{ 0, 0, 10, true },	   { 0, 0, 11, false },
	{ 0, 0, 9, false },	   { 0, 0, 0, false },
	{ 3, 3, 255, false },	   { 3, 3, 266, false },
	{ 0, 1, 10, false },	   { 0, 1, 11, true },
	{ 1, 0, 11, true },	   { 0, 1, 20, true },
	{ 0, 1, 254, true },	   { 0, 1, 255, true },
	{ 0, 1, 256, false },	   { 0, 1, -1, false },
	{ 0, 1, 0, false },	   { 0, 1, 9, false },
	{ 0, 1, 276, false },	   { 0, 1, 267, false },
	{ 0, 0, -246, false },	   { 0, 1, LONG_MAX, false },
	{ 0, 1, LONG_MIN, false }, { 0, 1, 0x100000014L, false },
};

START_TEST(distance_limits)
{
	struct error err = { 0 };
	int ret = topology_check_distance(distances[_i].from, distances[_i].to, distances[_i].value,
					  &err);
	char value[30];

	ck_assert_int_eq(ret, distances[_i].good ? 0 : -1);
	if (distances[_i].good)
		return;
	snprintf(value, sizeof(value), "is %ld:", distances[_i].value);
	ck_assert_msg(strstr(err.text, value) != NULL, "%s", err.text);
}
END_TEST

static const struct {
	const char *nodes;
	unsigned int cores, threads, packages;
	const char *says;
} bad_machines[] = {
	{ "1:256 0:0", 1, 1, 0, "node 1 has neither memory nor CPUs" },
	{ "0:256", 1, 1, 0, "no node has CPUs" },
	{ "1:256", 0, 1, 0, "at least 1" },
	{ "1:256", 1, 0, 0, "at least 1" },
	{ "1:256", 8193, 1, 0, "8192" },
	{ "1:256", 1, 8193, 0, "8192" },
	{ "8193:256", 1, 1, 0, "8192" },
	{ "2:256", 64, 65, 0, "8192" },
	{ "4096:256 4097:256", 1, 1, 0, "8192" },
	/* Products and sums that are small again modulo 2^32 or 2^64. */
	{ "65536:256", 65536, 1, 0, "8192" },
	{ "1:256", 65536, 65536, 0, "8192" },
	{ "4294967295:256 1:256", 1, 1, 0, "8192" },
	{ "4294967295:256 4294967295:256", 2147483648, 2, 0, "8192" },
	{ "2147483648:256 2147483648:256", 4294967295, 4294967295, 0, "8192" },
	{ "4096:256", 1048576, 4294967295, 0, "8192" },
	{ "2147483648:1 2147483648:1 2147483648:1 2147483648:1", 2147483648, 1, 0, "8192" },
	{ "1:256 1:256", 1, 1, 3, "packages = 3" },
	{ "1:256 1:256 1:256", 1, 1, 2, "packages = 2" },
	{ "1:256 0:256", 1, 1, 2, "packages = 2" },
	{ "1:256", 1, 1, 4294967295, "packages" },
};

START_TEST(bad_machine_is_refused)
{
	struct topology t;
	struct error err = { 0 };

	declare(&t, bad_machines[_i].nodes);
	t.cores = bad_machines[_i].cores;
	t.threads = bad_machines[_i].threads;
	t.packages = bad_machines[_i].packages;
	ck_assert_int_eq(topology_finish(&t, &err), -1);
	ck_assert_msg(strstr(err.text, bad_machines[_i].says) != NULL, "%s", err.text);
	ck_assert_ptr_null(t.cpus);
	topology_free(&t);
}
END_TEST

START_TEST(finish_checks_memory_and_distances)
{
	struct topology t;
	struct error err = { 0 };

	declare(&t, "1:256 1:256");
	t.nodes[1].size += 4096;
	ck_assert_int_eq(topology_check_node(&t, 0, &err), 0);
	ck_assert_int_eq(topology_check_node(&t, 1, &err), -1);
	ck_assert_int_eq(topology_finish(&t, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "node 1: memory must be whole MiB"));
	t.nodes[1].size = 256 * MIB;
	*topology_distance(&t, 1, 0) = 10;
	ck_assert_int_eq(topology_finish(&t, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "node 1 to node 0 is 10"));
	*topology_distance(&t, 1, 0) = 11;
	*topology_distance(&t, 1, 1) = 20;
	ck_assert_int_eq(topology_finish(&t, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "node 1 to itself is 20"));
	topology_free(&t);
}
END_TEST

START_TEST(cpu_limit_is_taken)
{
	struct topology t;

	finish(&t, "16:256", 256, 2, 0);
	ck_assert_uint_eq(t.nr_cpus, 8192);
	ck_assert_uint_eq(t.cpus[8191].core, 4095);
	topology_free(&t);
}
END_TEST

/* node, package, llc, core, thread, llc_in_package, core_in_llc; uneven nodes, one without CPUs. */
static const unsigned int uneven[][7] = {
	{ 0, 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 1, 0, 0 }, { 0, 0, 0, 1, 0, 0, 1 },
	{ 0, 0, 0, 1, 1, 0, 1 }, { 0, 0, 1, 2, 0, 1, 0 }, { 0, 0, 1, 2, 1, 1, 0 },
	{ 0, 0, 1, 3, 0, 1, 1 }, { 0, 0, 1, 3, 1, 1, 1 }, { 2, 1, 2, 4, 0, 0, 0 },
	{ 2, 1, 2, 4, 1, 0, 0 }, { 2, 1, 2, 5, 0, 0, 1 }, { 2, 1, 2, 5, 1, 0, 1 },
};

static void assert_cpu(const struct topology_cpu *c, const unsigned int *want)
{
	ck_assert_uint_eq(c->node, want[0]);
	ck_assert_uint_eq(c->package, want[1]);
	ck_assert_uint_eq(c->llc, want[2]);
	ck_assert_uint_eq(c->core, want[3]);
	ck_assert_uint_eq(c->thread, want[4]);
	ck_assert_uint_eq(c->llc_in_package, want[5]);
	ck_assert_uint_eq(c->core_in_llc, want[6]);
}

START_TEST(cpus_are_numbered_thread_by_thread)
{
	struct topology t;

	finish(&t, "2:256 0:512 1:256", 2, 2, 0);
	ck_assert_uint_eq(t.nr_cpus, COUNT(uneven));
	ck_assert_uint_eq(t.packages, 2);
	ck_assert_uint_eq(t.llcs_per_package, 2);
	for (unsigned int i = 0; i < t.nr_cpus; i++)
		assert_cpu(&t.cpus[i], uneven[i]);
	topology_free(&t);
}
END_TEST

/* Four nodes with CPUs, of 1, 2, 3 and 1 caches, and one without. */
static const struct {
	unsigned int packages, llcs_per_package;
	unsigned int package[7], llc_in_package[7];
} packages[] = {
	{ 0, 3, { 0, 1, 1, 2, 2, 2, 3 }, { 0, 0, 1, 0, 1, 2, 0 } },
	{ 4, 3, { 0, 1, 1, 2, 2, 2, 3 }, { 0, 0, 1, 0, 1, 2, 0 } },
	{ 2, 4, { 0, 0, 0, 1, 1, 1, 1 }, { 0, 1, 2, 0, 1, 2, 3 } },
	{ 1, 7, { 0, 0, 0, 0, 0, 0, 0 }, { 0, 1, 2, 3, 4, 5, 6 } },
};

START_TEST(packages_take_nodes_in_order)
{
	struct topology t;

	finish(&t, "1:0 2:64 0:64 3:64 1:64", 1, 1, packages[_i].packages);
	ck_assert_uint_eq(t.nr_cpus, 7);
	ck_assert_uint_eq(t.packages, packages[_i].packages ? packages[_i].packages : 4);
	ck_assert_uint_eq(t.llcs_per_package, packages[_i].llcs_per_package);
	for (unsigned int i = 0; i < 7; i++) {
		ck_assert_uint_eq(t.cpus[i].llc, i);
		ck_assert_uint_eq(t.cpus[i].package, packages[_i].package[i]);
		ck_assert_uint_eq(t.cpus[i].llc_in_package, packages[_i].llc_in_package[i]);
	}
	topology_free(&t);
}
END_TEST

Suite *topology_suite(void)
{
	Suite *s = suite_create("topology");
	TCase *tc = tcase_create("topology");

	tcase_add_test(tc, shape_is_read);
	tcase_add_loop_test(tc, bad_shape_is_refused, 0, COUNT(bad_shapes));
	tcase_add_test(tc, init_makes_empty_nodes_at_default_distances);
	tcase_add_test(tc, distance_is_row_from_column_to);
	tcase_add_test(tc, uniform_shares_caches_and_memory);
	tcase_add_loop_test(tc, bad_uniform_is_refused, 0, COUNT(bad_uniform));
	tcase_add_test(tc, uniform_takes_the_limits);
	tcase_add_loop_test(tc, distance_limits, 0, COUNT(distances));
	tcase_add_loop_test(tc, bad_machine_is_refused, 0, COUNT(bad_machines));
	tcase_add_test(tc, finish_checks_memory_and_distances);
	tcase_add_test(tc, cpu_limit_is_taken);
	tcase_add_test(tc, cpus_are_numbered_thread_by_thread);
	tcase_add_loop_test(tc, packages_take_nodes_in_order, 0, COUNT(packages));
	suite_add_tcase(s, tc);
	return s;
}
