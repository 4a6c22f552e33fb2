// SPDX-License-Identifier: MIT
/* SRAT: which CPUs and which memory belong to which node. */
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"

#define SRAT_LOCAL_APIC 0
#define SRAT_LOCAL_X2APIC 2

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

/*
 * Linux numbers its nodes in the order in which SRAT first names their domains, all CPU entries
 * before all memory entries (drivers/acpi/numa/srat.c, acpi_numa_init()). A node of memory alone
 * in front of one with CPUs would so lose its number to that one. An entry in its place, for an
 * APIC id that no CPU has, holds it. Without x2APIC Linux passes over the newer entries, so 255,
 * which no CPU can have then, is in an older one.
 */
static void hold_number(struct blob *blob, const struct machine *m, uint32_t node)
{
	uint32_t id = apic_id_max(m) + 1;

	if (id <= APIC_ID_X2APIC)
		add_apic(blob, id, node);
	else
		add_x2apic(blob, id, node);
}

void acpi_add_srat(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin_srat(tables);
	unsigned int node = 0;

	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		for (; node < m->topology.cpus[cpu].node; node++)
			if (!m->topology.nodes[node].llcs)
				hold_number(blob, m, node);
		add_cpu(blob, apic_id(m, cpu), m->topology.cpus[cpu].node);
	}
	acpi_add_srat_memory(blob, m);
	acpi_end(tables);
}
