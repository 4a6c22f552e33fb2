// SPDX-License-Identifier: MIT
/* SRAT and SLIT as Linux reads them (drivers/acpi/numa/srat.c, arch/x86/mm/srat.c). */
#include <string.h>

#include "arch/x86/apic_id.h"
#include "arch/x86/e820.h"
#include "tests/unit/x86/acpi_machines.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define BASE 0x100000ULL

struct srat_memory {
	uint32_t node;
	uint64_t start, size;
};

/* What an SRAT says, and the numbers that Linux gives: domain @d is its node @numbers[d]. */
struct srat_seen {
	unsigned int cpus[8192];
	struct srat_memory memory[1100];
	unsigned int nr_memory;
	int numbers[1024];
	unsigned int nr_numbers;
};

/* acpi_map_pxm_to_node(): the first free number, at first sight. */
static void see_domain(struct srat_seen *seen, uint32_t domain)
{
	ck_assert_uint_lt(domain, COUNT(seen->numbers));
	if (seen->numbers[domain] < 0)
		seen->numbers[domain] = seen->nr_numbers++;
}

static void see_cpu(const struct acpi_case *c, uint32_t id, uint32_t domain, struct srat_seen *seen)
{
	int cpu = acpi_case_cpu(c, id);

	ck_assert_uint_lt(domain, c->machine.topology.nr_nodes);
	see_domain(seen, domain);
	if (cpu < 0) {
		/* Nobody's id: only a node without CPUs is named like this. */
		ck_assert_uint_eq(c->machine.topology.nodes[domain].llcs, 0);
		return;
	}
	ck_assert_uint_eq(c->machine.topology.cpus[cpu].node, domain);
	seen->cpus[cpu]++;
}

/* ACPI 6.5 table 5.60: Processor Local APIC/SAPIC Affinity. */
static void see_apic(const struct acpi_case *c, const uint8_t *entry, struct srat_seen *seen)
{
	ck_assert_uint_eq(entry[1], 16);
	ck_assert_uint_eq(le(entry + 4, 4), 1);
	ck_assert_uint_eq(entry[8], 0);
	ck_assert_uint_eq(le(entry + 12, 4), 0);
	/* 255 is no CPU's here: it can only hold a number. */
	ck_assert(entry[3] < 255 || acpi_case_cpu(c, 255) < 0);
	see_cpu(c, entry[3], entry[2] | le(entry + 9, 3) << 8, seen);
}

/*
 * ACPI 6.5 table 5.62: Processor Local x2APIC Affinity. Linux passes over one whose id its APIC
 * driver does not take, and without a CPU from 255 up that is the xAPIC's.
 */
static void see_x2apic(const struct acpi_case *c, const uint8_t *entry, struct srat_seen *seen)
{
	ck_assert_uint_eq(entry[1], 24);
	ck_assert_uint_eq(le(entry + 2, 2), 0);
	ck_assert_uint_ge(le(entry + 8, 4), 255);
	ck_assert_uint_eq(le(entry + 12, 4), 1);
	ck_assert_uint_eq(le(entry + 16, 8), 0);
	if (apic_id_max(&c->machine) >= 255)
		see_cpu(c, le(entry + 8, 4), le(entry + 4, 4), seen);
}

/* ACPI 6.5 table 5.61: Memory Affinity. */
static void see_memory(const uint8_t *entry, struct srat_seen *seen)
{
	struct srat_memory *m = &seen->memory[seen->nr_memory++];

	ck_assert_uint_lt(seen->nr_memory, COUNT(seen->memory));
	ck_assert_uint_eq(entry[1], 40);
	ck_assert_uint_eq(le(entry + 6, 2), 0);
	ck_assert_uint_eq(le(entry + 24, 4), 0);
	ck_assert_uint_eq(le(entry + 28, 4), 1); /* enabled; neither hot-pluggable nor persistent */
	ck_assert_uint_eq(le(entry + 32, 8), 0);
	*m = (struct srat_memory){ le(entry + 2, 4), le(entry + 8, 8), le(entry + 16, 8) };
	ck_assert_uint_gt(m->size, 0);
}

/* Reads the SRAT twice over as Linux does: all CPU entries, then all memory entries. */
static void read_srat(const struct acpi_case *c, struct srat_seen *seen)
{
	uint32_t size, at;
	const uint8_t *srat = acpi_case_table(c, "SRAT", &size);

	memset(seen, 0, sizeof(*seen));
	memset(seen->numbers, -1, sizeof(seen->numbers));
	ck_assert_uint_eq(srat[8], 3);
	ck_assert_uint_eq(le(srat + 36, 4), 1);
	ck_assert_uint_eq(le(srat + 40, 8), 0);
	for (at = 48; at < size; at += srat[at + 1]) {
		ck_assert_uint_ge(srat[at + 1], 16);
		ck_assert_uint_le(at + srat[at + 1], size);
		if (srat[at] == 0)
			see_apic(c, srat + at, seen);
		else if (srat[at] == 2)
			see_x2apic(c, srat + at, seen);
		else
			ck_assert_uint_eq(srat[at], 1);
	}
	ck_assert_uint_eq(at, size);
	for (at = 48; at < size; at += srat[at + 1])
		if (srat[at] == 1)
			see_memory(srat + at, seen);
	for (unsigned int i = 0; i < seen->nr_memory; i++)
		see_domain(seen, seen->memory[i].node);
}

START_TEST(srat_has_each_cpu_once)
{
	static struct srat_seen seen;
	struct acpi_case c;

	acpi_case_make(&c, _i, BASE);
	read_srat(&c, &seen);
	for (unsigned int cpu = 0; cpu < c.machine.topology.nr_cpus; cpu++)
		ck_assert_msg(seen.cpus[cpu] == 1, "CPU %u %u times", cpu, seen.cpus[cpu]);
	acpi_case_free(&c);
}
END_TEST

START_TEST(linux_numbers_nodes_as_declared)
{
	static struct srat_seen seen;
	struct acpi_case c;

	acpi_case_make(&c, _i, BASE);
	read_srat(&c, &seen);
	ck_assert_uint_eq(seen.nr_numbers, c.machine.topology.nr_nodes);
	for (unsigned int node = 0; node < c.machine.topology.nr_nodes; node++)
		ck_assert_int_eq(seen.numbers[node], node);
	acpi_case_free(&c);
}
END_TEST

START_TEST(srat_memory_is_the_declared)
{
	static struct srat_seen seen;
	uint64_t sums[16] = { 0 };
	struct acpi_case c;

	acpi_case_make(&c, _i, BASE);
	read_srat(&c, &seen);
	for (unsigned int i = 0; i < seen.nr_memory; i++) {
		const struct srat_memory *m = &seen.memory[i];

		ck_assert(!i || m->start >= m[-1].start + m[-1].size);
		ck_assert_uint_lt(m->node, COUNT(sums));
		sums[m->node] += m->size;
	}
	for (unsigned int node = 0; node < c.machine.topology.nr_nodes; node++)
		ck_assert_uint_eq(sums[node], c.machine.topology.nodes[node].size);
	acpi_case_free(&c);
}
END_TEST

/* The first byte from @at on that no entry covers, at most @end. */
static uint64_t covered_up_to(const struct srat_seen *seen, uint64_t at, uint64_t end)
{
	for (unsigned int i = 0; i < seen->nr_memory; i++) {
		const struct srat_memory *m = &seen->memory[i];

		if (at >= m->start && at < m->start + m->size)
			at = m->start + m->size;
	}
	return at < end ? at : end;
}

/* Linux throws away an SRAT that leaves 1 MiB of e820's RAM uncovered; here it is none. */
START_TEST(srat_covers_all_of_e820)
{
	static struct srat_seen seen;
	struct memory_map map;
	struct acpi_case c;

	acpi_case_make(&c, _i, BASE);
	read_srat(&c, &seen);
	e820_build(&c.machine, acpi_size(&c.tables), &map);
	for (unsigned int i = 0; i < map.nr; i++) {
		uint64_t end = map.entries[i].start + map.entries[i].size;

		if (map.entries[i].type == 1)
			ck_assert_uint_eq(covered_up_to(&seen, map.entries[i].start, end), end);
	}
	memory_map_free(&map);
	acpi_case_free(&c);
}
END_TEST

/* ACPI 6.5 table 5.63; the checks of Linux's slit_valid(). */
static void check_slit(const struct topology *t, const uint8_t *slit, uint32_t size)
{
	unsigned int n = t->nr_nodes;

	ck_assert_uint_eq(slit[8], 1);
	ck_assert_uint_eq(le(slit + 36, 8), n);
	ck_assert_uint_eq(size, 44 + n * n);
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int j = 0; j < n; j++) {
			uint8_t value = slit[44 + n * i + j];

			if (value != *topology_distance(t, i, j) ||
			    (i == j ? value != 10 : value <= 10))
				ck_abort_msg("node %u to node %u: %u", i, j, value);
		}
}

START_TEST(slit_is_the_declared_matrix)
{
	struct acpi_case c;
	uint32_t size;
	const uint8_t *slit;

	acpi_case_make(&c, _i, BASE);
	slit = acpi_case_table(&c, "SLIT", &size);
	check_slit(&c.machine.topology, slit, size);
	acpi_case_free(&c);
}
END_TEST

/* Domains above 255 need the high bytes of the older entry. */
START_TEST(many_nodes_keep_their_numbers)
{
	static struct srat_seen seen;
	const struct arch_host host = { .phys_bits = 46 };
	struct acpi_case c = { .machine = { .host = &host }, .base = BASE };
	struct error err;
	uint32_t size;
	const uint8_t *slit;

	topology_init(&c.machine.topology, 1024);
	for (unsigned int i = 0; i < 1024; i++)
		c.machine.topology.nodes[i].size = MIB;
	c.machine.topology.nodes[3].llcs = 100;
	c.machine.topology.nodes[1000].llcs = 100;
	ck_assert_int_eq(topology_finish(&c.machine.topology, &err), 0);
	ck_assert_int_eq(layout_build(&c.machine.topology, &space_x86, &c.machine.layout, &err), 0);
	acpi_build(&x86_acpi, &c.machine, &c.tables);
	acpi_place(&c.tables, BASE);
	read_srat(&c, &seen);
	ck_assert_uint_eq(seen.nr_numbers, 1024);
	for (unsigned int i = 0; i < 1024; i++)
		ck_assert_int_eq(seen.numbers[i], i);
	slit = acpi_case_table(&c, "SLIT", &size);
	check_slit(&c.machine.topology, slit, size);
	acpi_case_free(&c);
}
END_TEST

Suite *numa_tables_suite(void)
{
	Suite *s = suite_create("numa_tables");
	TCase *tc = tcase_create("numa_tables");

	tcase_add_loop_test(tc, srat_has_each_cpu_once, 0, nr_acpi_machines);
	tcase_add_loop_test(tc, linux_numbers_nodes_as_declared, 0, nr_acpi_machines);
	tcase_add_loop_test(tc, srat_memory_is_the_declared, 0, nr_acpi_machines);
	tcase_add_loop_test(tc, srat_covers_all_of_e820, 0, nr_acpi_machines);
	tcase_add_loop_test(tc, slit_is_the_declared_matrix, 0, nr_acpi_machines);
	tcase_add_test(tc, many_nodes_keep_their_numbers);
	suite_add_tcase(s, tc);
	return s;
}
