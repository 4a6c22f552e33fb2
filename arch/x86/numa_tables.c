// SPDX-License-Identifier: MIT
/* SRAT and SLIT. A proximity domain's number is its node's, and domains are dense. */
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"

#define SRAT_LOCAL_APIC 0
#define SRAT_MEMORY 1
#define SRAT_LOCAL_X2APIC 2
#define SRAT_ENABLED 1

/* ACPI 6.5 table 5.60. */
static void add_apic(struct blob *blob, uint8_t id, uint32_t node)
{
	blob_add(blob, (uint8_t[]){ SRAT_LOCAL_APIC, 16, node, id }, 4);
	blob_add_le(blob, SRAT_ENABLED, 4);
	blob_add_u8(blob, 0);
	blob_add_le(blob, node >> 8, 3);
	blob_add_le(blob, 0, 4);
}

/* ACPI 6.5 table 5.62. */
static void add_x2apic(struct blob *blob, uint32_t id, uint32_t node)
{
	blob_add(blob, (uint8_t[]){ SRAT_LOCAL_X2APIC, 24, 0, 0 }, 4);
	blob_add_le(blob, node, 4);
	blob_add_le(blob, id, 4);
	blob_add_le(blob, SRAT_ENABLED, 4);
	blob_add_le(blob, 0, 8);
}

static void add_cpu(struct blob *blob, uint32_t id, uint32_t node)
{
	if (id < APIC_ID_X2APIC)
		add_apic(blob, id, node);
	else
		add_x2apic(blob, id, node);
}

/* ACPI 6.5 table 5.61. */
static void add_memory(struct blob *blob, const struct layout_range *range)
{
	blob_add(blob, (uint8_t[]){ SRAT_MEMORY, 40 }, 2);
	blob_add_le(blob, range->node, 4);
	blob_add_le(blob, 0, 2);
	blob_add_le(blob, range->gpa, 8);
	blob_add_le(blob, range->size, 8);
	blob_add_le(blob, 0, 4);
	blob_add_le(blob, SRAT_ENABLED, 4);
	blob_add_le(blob, 0, 8);
}

/*
 * Linux numbers its nodes in the order in which SRAT first names their domains, all CPU entries
 * before all memory entries (drivers/acpi/numa/srat.c, acpi_numa_init()). A node of memory alone
 * with CPUs in a node behind it would so lose its number to that one. An entry for an APIC id that
 * no CPU has, named in its place, holds it. Without x2APIC Linux passes over the newer entries, so
 * 255, which nobody can have then, stands in an older one.
 */
static void hold_number(struct blob *blob, const struct machine *m, uint32_t node)
{
	uint32_t id = apic_id_max(m) + 1;

	if (id <= APIC_ID_X2APIC)
		add_apic(blob, id, node);
	else
		add_x2apic(blob, id, node);
}

size_t acpi_add_srat(struct blob *blob, const struct machine *m)
{
	size_t table = acpi_begin_table(blob, "SRAT", 3);
	unsigned int node = 0;

	blob_add_le(blob, 1, 4);
	blob_add_le(blob, 0, 8);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		for (; node < m->topology.cpus[cpu].node; node++)
			if (!m->topology.nodes[node].llcs)
				hold_number(blob, m, node);
		add_cpu(blob, apic_id(m, cpu), m->topology.cpus[cpu].node);
	}
	for (unsigned int i = 0; i < m->layout.nr_ranges; i++)
		add_memory(blob, &m->layout.ranges[i]);
	acpi_end_table(blob, table);
	return table;
}

size_t acpi_add_slit(struct blob *blob, const struct machine *m)
{
	size_t table = acpi_begin_table(blob, "SLIT", 1);

	blob_add_le(blob, m->topology.nr_nodes, 8);
	blob_add(blob, m->topology.distances, (size_t)m->topology.nr_nodes * m->topology.nr_nodes);
	acpi_end_table(blob, table);
	return table;
}
