// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "arch/x86/apic_id.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	const char *nodes;
	unsigned int cores, threads, packages, llc_shift_min;
	struct apic_id_shifts shifts;
	uint32_t ids[12]; /* of the first CPUs */
	uint32_t max;
} machines[] = {
	{ "1:256", 1, 1, 0, 0, { 0, 0, 0 }, { 0 }, 0 },
	{ "1:256", 4, 1, 0, 0, { 0, 2, 2 }, { 0, 1, 2, 3 }, 3 },
	{ "1:256 1:256", 2, 2, 0, 0, { 1, 2, 2 }, { 0, 1, 2, 3, 4, 5, 6, 7 }, 7 },
	/* 3 of each: every field is padded. */
	{ "1:256 1:256", 3, 1, 0, 0, { 0, 2, 2 }, { 0, 1, 2, 4, 5, 6 }, 6 },
	{ "2:256", 1, 3, 0, 0, { 2, 2, 3 }, { 0, 1, 2, 4, 5, 6 }, 6 },
	{ "3:256 3:256", 1, 1, 0, 0, { 0, 0, 2 }, { 0, 1, 2, 4, 5, 6 }, 6 },
	{ "3:256 1:256", 3, 3, 0, 0, { 2, 4, 6 }, { 0, 1, 2, 4, 5, 6, 8, 9, 10, 16, 17, 18 }, 74 },
	/* The package that has most caches sets the width of all. */
	{ "1:256 5:256",
	  2,
	  1,
	  0,
	  0,
	  { 0, 1, 4 },
	  { 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25 },
	  25 },
	{ "2:256 3:256", 1, 1, 1, 0, { 0, 0, 3 }, { 0, 1, 2, 3, 4 }, 4 },
	{ "1:256 0:256 1:256", 2, 1, 0, 0, { 0, 1, 1 }, { 0, 1, 2, 3 }, 3 },
	/* Zen 1: eight ids a cache at least. */
	{ "2:256 2:256", 2, 1, 0, 3, { 0, 3, 4 }, { 0, 1, 8, 9, 16, 17, 24, 25 }, 25 },
	{ "1:256 1:256", 4, 2, 0, 3, { 1, 3, 3 }, { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 15 },
	{ "1:256 1:256", 8, 2, 0, 3, { 1, 4, 4 }, { 0, 1, 2 }, 31 },
};

START_TEST(fields_are_padded_to_powers_of_two)
{
	struct arch_host host = { .llc_shift_min = machines[_i].llc_shift_min, .phys_bits = 40 };
	struct apic_id_shifts shifts;
	struct machine m = { .host = &host };

	finish(&m.topology, machines[_i].nodes, machines[_i].cores, machines[_i].threads,
	       machines[_i].packages);
	shifts = apic_id_shifts(&m);
	ck_assert_uint_eq(shifts.core, machines[_i].shifts.core);
	ck_assert_uint_eq(shifts.llc, machines[_i].shifts.llc);
	ck_assert_uint_eq(shifts.package, machines[_i].shifts.package);
	for (unsigned int cpu = 0; cpu < COUNT(machines[_i].ids) && cpu < m.topology.nr_cpus;
	     cpu++) {
		if (cpu && !machines[_i].ids[cpu])
			break;
		ck_assert_uint_eq(apic_id(&m, cpu), machines[_i].ids[cpu]);
	}
	ck_assert_uint_eq(apic_id(&m, m.topology.nr_cpus - 1), machines[_i].max);
	ck_assert_uint_eq(apic_id_max(&m), machines[_i].max);
	topology_free(&m.topology);
}
END_TEST

static const struct {
	const char *nodes;
	uint32_t ids[6];
	uint32_t max;
} lone_cores[] = {
	{ "1:256 3:256", { 4, 0, 1, 2 }, 4 },
	{ "1:256 1:256 2:256 2:256", { 4, 2, 0, 1, 6, 7 }, 7 },
	{ "1:256 1:256 1:256", { 0, 1, 2 }, 2 },
	{ "2:256 3:256", { 0, 1, 4, 5, 6 }, 6 },
};

/* Linux since 6.9 sees packages only where the one of the lowest id has more CPUs than one. */
START_TEST(first_package_of_one_cpu_changes_places)
{
	struct arch_host host = { .phys_bits = 40 };
	struct machine m = { .host = &host };

	finish(&m.topology, lone_cores[_i].nodes, 1, 1, 0);
	for (unsigned int cpu = 0; cpu < m.topology.nr_cpus; cpu++)
		ck_assert_uint_eq(apic_id(&m, cpu), lone_cores[_i].ids[cpu]);
	ck_assert_uint_eq(apic_id_max(&m), lone_cores[_i].max);
	topology_free(&m.topology);
}
END_TEST

/* They ascend but where the first package has changed places. */
static void check_unique(const struct machine *m)
{
	uint32_t max = apic_id_max(m), highest = 0;
	bool ascend = apic_id(m, 0) == 0;
	bool *taken = calloc(max + 1, sizeof(*taken));

	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		uint32_t id = apic_id(m, cpu);

		ck_assert_uint_le(id, max);
		ck_assert(!taken[id]);
		taken[id] = true;
		ck_assert(!cpu || !ascend || id > highest);
		highest = id > highest ? id : highest;
	}
	ck_assert_uint_eq(max, highest);
	ck_assert(taken[0]);
	free(taken);
}

START_TEST(random_ids_are_unique)
{
	uint64_t state = random_seed();

	for (unsigned int round = 0; round < 300; round++) {
		struct arch_host host = { .amd = random_below(&state, 2) };
		struct machine m = { .host = &host };
		struct error err;

		host.llc_shift_min = host.amd ? 3 * random_below(&state, 2) : 0;
		topology_init(&m.topology, 1 + random_below(&state, 6));
		m.topology.cores = 1 + random_below(&state, 9);
		m.topology.threads = 1 + random_below(&state, 3);
		for (unsigned int i = 0; i < m.topology.nr_nodes; i++) {
			m.topology.nodes[i].size = MIB;
			m.topology.nodes[i].llcs = random_below(&state, 6);
		}
		m.topology.nodes[random_below(&state, m.topology.nr_nodes)].llcs++;
		ck_assert_msg(!topology_finish(&m.topology, &err), "%s", err.text);
		check_unique(&m);
		topology_free(&m.topology);
	}
}
END_TEST

Suite *apic_id_suite(void)
{
	Suite *s = suite_create("apic_id");
	TCase *tc = tcase_create("apic_id");

	tcase_add_loop_test(tc, fields_are_padded_to_powers_of_two, 0, COUNT(machines));
	tcase_add_loop_test(tc, first_package_of_one_cpu_changes_places, 0, COUNT(lone_cores));
	tcase_add_test(tc, random_ids_are_unique);
	suite_add_tcase(s, tc);
	return s;
}
