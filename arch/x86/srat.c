// SPDX-License-Identifier: MIT
/* SRAT: which CPUs and which memory belong to which node. */
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"

#define SRAT_LOCAL_APIC 0
#define SRAT_LOCAL_X2APIC 2

/* ACPI 6.5 tables 5.60 and 5.62. */
static void add_cpu(struct blob *blob, uint32_t id, uint32_t node, bool x2apic)
{
	if (x2apic) {
		blob_add(blob, (uint8_t[]){ SRAT_LOCAL_X2APIC, 24, 0, 0 }, 4);
		blob_add_le(blob, node, 4);
		blob_add_le(blob, id, 4);
		blob_add_le(blob, SRAT_ENABLED, 4);
		blob_add_le(blob, 0, 8);
		return;
	}
	blob_add(blob, (uint8_t[]){ SRAT_LOCAL_APIC, 16, node, id }, 4);
	blob_add_le(blob, SRAT_ENABLED, 4);
	blob_add_u8(blob, 0);
	blob_add_le(blob, node >> 8, 3);
	blob_add_le(blob, 0, 4);
}

/*
 * Linux numbers its nodes in the order in which SRAT first names their domains, all CPU entries
 * before all memory entries (drivers/acpi/numa/srat.c, acpi_numa_init()). A node of memory alone
 * in front of one with CPUs would so lose its number to that one. An entry in its place, for an
 * APIC id that no CPU has, holds it. Without x2APIC Linux passes over the newer entries, so 255,
 * which no CPU can have then, is in an older one.
 */
void acpi_add_srat(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin_srat(tables);
	uint32_t spare = apic_id_max(m) + 1;
	unsigned int node = 0;

	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		uint32_t id = apic_id(m, cpu);

		for (; node < m->topology.cpus[cpu].node; node++)
			if (!m->topology.nodes[node].llcs)
				add_cpu(blob, spare, node, spare > APIC_ID_X2APIC);
		add_cpu(blob, id, m->topology.cpus[cpu].node, id >= APIC_ID_X2APIC);
	}
	acpi_add_srat_memory(blob, m);
	acpi_end(tables);
}
