// SPDX-License-Identifier: MIT
/* Host nodes chosen for guest nodes, on hosts that are made up. */
#include <stdlib.h>
#include <string.h>

#include "mem/choose.h"
#include "mem/host.h"
#include "tests/unit/capacity.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define MOST_NODES 4

/* Host node 1 is nearer to 0 than 2 is, and 1 and 2 are far from each other. */
static unsigned int distances[] = { 10, 20, 30, 20, 10, 40, 30, 40, 10 };

static const struct {
	const char *name;
	const char *nodes; /* of the guest, "LLCS:MIB", each LLC a CPU */
	amounts memory, cpus;
	const char *declared[MOST_NODES]; /* host nodes of those that have them */
	const char *got; /* host nodes of each; "any" where none were found */
} choices[] = {
	{ "one of each", "2:64 2:64 2:64", { 64, 64, 64 }, { 2, 2, 2 }, { NULL }, "0 1 2" },
	{ "the one that has it", "1:64", { 32, 63, 64 }, { 9, 9, 9 }, { NULL }, "2" },
	{ "the one that it fills best", "1:64", { 100, 70, 80 }, { 9, 9, 9 }, { NULL }, "1" },
	{ "the one with enough CPUs", "4:64", { 64, 64, 64 }, { 3, 2, 4 }, { NULL }, "2" },
	{ "none twice", "1:64 1:64", { 500, 70, 10 }, { 9, 9, 9 }, { NULL }, "1 0" },
	{ "twice if there is no other",
	  "1:64 1:64 1:64",
	  { 500, 70, 10 },
	  { 9, 9, 9 },
	  { NULL },
	  "1 0 0" },
	{ "twice, to have its CPUs together",
	  "2:64 2:64",
	  { 500, 70, 10 },
	  { 4, 1, 4 },
	  { NULL },
	  "0 0" },
	{ "beside one that is declared",
	  "1:64 1:64",
	  { 500, 500, 500 },
	  { 9, 9, 9 },
	  { NULL, "0" },
	  "1 0" },
	{ "not what one that is declared takes",
	  "1:64 1:64",
	  { 100, 60, 10 },
	  { 9, 9, 9 },
	  { NULL, "0" },
	  "0-1 0" },
	{ "not the CPUs of one that is declared",
	  "2:64 2:64",
	  { 500, 60, 64 },
	  { 3, 9, 2 },
	  { NULL, "0" },
	  "2 0" },
	{ "the roomiest and its neighbour", "1:100", { 30, 20, 80 }, { 9, 9, 9 }, { NULL }, "0,2" },
	{ "its nearest neighbour", "1:100", { 80, 30, 30 }, { 9, 9, 9 }, { NULL }, "0-1" },
	{ "a neighbour for the CPUs", "4:64", { 99, 99, 64 }, { 2, 3, 2 }, { NULL }, "0,2" },
	{ "all", "1:100", { 40, 40, 20 }, { 9, 9, 9 }, { NULL }, "0-2" },
	{ "too much", "1:101", { 40, 40, 20 }, { 9, 9, 9 }, { NULL }, "any" },
	{ "too many CPUs", "8:64", { 64, 64, 64 }, { 2, 3, 2 }, { NULL }, "any" },
	{ "too much for the first alone",
	  "1:101 1:64",
	  { 64, 10, 10 },
	  { 9, 9, 9 },
	  { NULL },
	  "any 0" },
	{ "CPUs alone", "4:0 1:64", { 64, 64, 64 }, { 1, 4, 1 }, { NULL }, "1 0" },
	{ "memory alone", "1:64 0:64", { 64, 64, 64 }, { 0, 1, 0 }, { NULL }, "1 0" },
};

static void make_backings(const char *const *declared, const struct topology *t,
			  struct backing *backings)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		backings[i] = (struct backing){
			.policy = declared[i] ? PLACEMENT_BIND : PLACEMENT_DEFAULT,
			.nodes = declared[i] ? make_set(declared[i]) : NULL,
			.chosen = !declared[i],
			.pages = &page_kinds[PLACEMENT_THP],
		};
}

START_TEST(nodes_are_chosen)
{
	struct choose_host host = { HOST_NODES, (unsigned int *)choices[_i].cpus, distances };
	static const amounts none = { 0 };
	struct backing backings[MOST_NODES];
	struct capacity capacity;
	struct topology t;
	char got[100] = "";

	declare(&t, choices[_i].nodes);
	for (unsigned int i = 0; i < t.nr_nodes; i++)
		t.nodes[i].placement.pin = PLACEMENT_PIN_CORE;
	make_backings(choices[_i].declared, &t, backings);
	make_capacity(&capacity, choices[_i].memory, none, none);
	choose_nodes(&t, backings, &capacity, &host);
	for (unsigned int i = 0; i < t.nr_nodes; i++) {
		char *list = backings[i].nodes ? host_list(backings[i].nodes) : strdup("any");

		ck_assert_int_eq(backings[i].policy,
				 backings[i].nodes ? PLACEMENT_BIND : PLACEMENT_DEFAULT);
		strcat(strcat(got, i ? " " : ""), list);
		free(list);
		backing_free(&backings[i]);
	}
	ck_assert_msg(!strcmp(got, choices[_i].got), "%s: %s", choices[_i].name, got);
	/* It was only tried. */
	ck_assert_uint_eq(capacity.free_bytes[PAGE_POOL_MEMORY][0], choices[_i].memory[0] * MIB);
	capacity_free(&capacity);
	topology_free(&t);
}
END_TEST

/* vCPUs that share CPUs may be more than these are. */
START_TEST(cpus_count_for_pin_core_alone)
{
	static const amounts memory = { 70, 80, 64 }, none = { 0 };
	unsigned int cpus[] = { 4, 4, 1 };
	struct choose_host host = { HOST_NODES, cpus, distances };
	struct backing backing = { .chosen = true, .pages = &page_kinds[PLACEMENT_THP] };
	struct capacity capacity;
	struct topology t;

	declare(&t, "4:64");
	make_capacity(&capacity, memory, none, none);
	choose_nodes(&t, &backing, &capacity, &host);
	ck_assert(numa_bitmask_isbitset(backing.nodes, 2));
	backing_free(&backing);
	capacity_free(&capacity);
	topology_free(&t);
}
END_TEST

START_TEST(host_is_read)
{
	unsigned int nr = host_nr_nodes(), cpus = 0;
	struct bitmask *own = host_cpus(NULL);
	struct choose_host host;

	choose_host_read(&host, nr);
	for (unsigned int i = 0; i < nr; i++)
		cpus += host.cpus[i];
	ck_assert_uint_eq(host.nr_nodes, nr);
	ck_assert_uint_eq(cpus, numa_bitmask_weight(own));
	ck_assert_uint_eq(host.distances[0], 10);
	numa_bitmask_free(own);
	choose_host_free(&host);
}
END_TEST

Suite *choose_suite(void)
{
	const TTest *const with_numa[] = { host_is_read };
	Suite *s = suite_create("choose");
	TCase *tc = tcase_create("choose");

	tcase_add_loop_test(tc, nodes_are_chosen, 0, COUNT(choices));
	tcase_add_test(tc, cpus_count_for_pin_core_alone);
	add_or_skip(tc, with_numa, COUNT(with_numa),
		    numa_available() < 0 ? "this kernel has no NUMA policy" : NULL);
	suite_add_tcase(s, tc);
	return s;
}
