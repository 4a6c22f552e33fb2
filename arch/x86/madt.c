// SPDX-License-Identifier: MIT
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/platform.h"

/* ACPI 6.5 table 5.19, MADT, and its entries in tables 5.21, 5.24, 5.28, 5.34 and 5.36. */
#define MADT_LOCAL_APIC 0
#define MADT_IO_APIC 1
#define MADT_LOCAL_APIC_NMI 4
#define MADT_LOCAL_X2APIC 9
#define MADT_LOCAL_X2APIC_NMI 10
#define MADT_ENABLED 1
#define MADT_ALL_PROCESSORS 0xff

static void add_cpu(struct blob *blob, uint32_t id, unsigned int cpu)
{
	if (id < APIC_ID_X2APIC) {
		blob_add(blob, (uint8_t[]){ MADT_LOCAL_APIC, 8, cpu, id }, 4);
		blob_add_le(blob, MADT_ENABLED, 4);
		return;
	}
	blob_add(blob, (uint8_t[]){ MADT_LOCAL_X2APIC, 16, 0, 0 }, 4);
	blob_add_le(blob, id, 4);
	blob_add_le(blob, MADT_ENABLED, 4);
	blob_add_le(blob, cpu, 4);
}

/* NMI comes in on LINT1 of every CPU, as on every PC. */
static void add_nmi(struct blob *blob)
{
	blob_add(blob, (uint8_t[]){ MADT_LOCAL_APIC_NMI, 6, MADT_ALL_PROCESSORS, 0, 0, 1 }, 6);
	blob_add(blob, (uint8_t[]){ MADT_LOCAL_X2APIC_NMI, 12, 0, 0, 0xff, 0xff, 0xff, 0xff, 1 },
		 9);
	blob_add(blob, NULL, 3);
}

/* ACPI 6.5 5.2.12. Flags 0: there is no 8259. */
void acpi_add_madt(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin(tables, "APIC", 6);

	blob_add_le(blob, X86_LAPIC, 4);
	blob_add_le(blob, 0, 4);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++)
		add_cpu(blob, apic_id(m, cpu), cpu);
	blob_add(blob, (uint8_t[]){ MADT_IO_APIC, 12, 0, 0 }, 4);
	blob_add_le(blob, X86_IOAPIC, 4);
	blob_add_le(blob, 0, 4);
	add_nmi(blob);
	acpi_end(tables);
}
