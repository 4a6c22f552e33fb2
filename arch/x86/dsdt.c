// SPDX-License-Identifier: MIT
/* The DSDT, ACPI 6.5 5.2.11.1: \_S5, the devices and the processors. */
#include <stdio.h>

#include "arch/acpi/aml.h"
#include "arch/x86/acpi.h"
#include "arch/x86/platform.h"

/* Name (_S5, Package () { SLP_TYPa, SLP_TYPb }). ACPI 6.5 7.4.2. */
static void add_s5(struct blob *blob)
{
	size_t package;

	aml_add_name(blob, "_S5_");
	package = aml_begin_package(blob, 2);
	aml_add_integer(blob, X86_S5_TYPE);
	aml_add_integer(blob, X86_S5_TYPE);
	aml_end(blob, package);
}

/*
 * Its resources are those of ACPI 6.5 6.4.2.5 (I/O ports), 6.4.3.6 (extended interrupt: consumer,
 * edge, active high) and 6.4.2.9 (end tag).
 */
static void add_device(struct blob *blob, const struct device *d, unsigned int uid)
{
	const uint8_t low = d->base, high = d->base >> 8;
	const uint8_t resources[] = {
		0x47, 1, low, high, low, high,	 1, d->size, /* decodes 16 bits */
		0x89, 6, 0,   3,    1,	 d->irq, 0, 0,	     0, /* one interrupt */
		0x79, 0,
	};
	size_t device = aml_begin_device(blob, d->name);

	aml_name_integer(blob, "_HID", d->acpi_id);
	aml_name_integer(blob, "_UID", uid);
	aml_name_buffer(blob, "_CRS", resources, sizeof(resources));
	aml_end(blob, device);
}

/* ACPI0007, whose _UID is the one in the MADT. ACPI 6.5 8.4. */
static void add_processor(struct blob *blob, unsigned int cpu)
{
	char name[5];
	size_t device;

	/* TOPOLOGY_MAX_CPUS needs a 13th bit. */
	snprintf(name, sizeof(name), "%c%03X", 'C' + (cpu >> 12), cpu & 0xfff);
	device = aml_begin_device(blob, name);
	aml_name_string(blob, "_HID", "ACPI0007");
	aml_name_integer(blob, "_UID", cpu);
	aml_end(blob, device);
}

void acpi_add_dsdt(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin(tables, "DSDT", 2);
	size_t scope;

	add_s5(blob);
	scope = aml_begin_scope(blob, "\\_SB_");
	for (unsigned int i = 0; i < MACHINE_MAX_DEVICES; i++)
		if (machine_has(m, i))
			add_device(blob, &x86_devices[i], i + 1);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++)
		add_processor(blob, cpu);
	aml_end(blob, scope);
	acpi_end(tables);
}
