// SPDX-License-Identifier: MIT
#include "tests/unit/x86/acpi_machines.h"

#include <string.h>

#include "arch/x86/apic_id.h"
#include "tests/unit/support.h"

#define INTEL                   \
	{                       \
		.phys_bits = 46 \
	}
#define AMD                                  \
	{                                    \
		.amd = true, .phys_bits = 48 \
	}
#define ZEN1                                                     \
	{                                                        \
		.amd = true, .phys_bits = 48, .llc_shift_min = 3 \
	}

const struct acpi_machine acpi_machines[] = {
	{ "1:256", 1, 1, 0, INTEL, 0 },
	{ "1:256 1:256", 2, 2, 0, AMD, 0 },
	{ "2:2048 0:4096 1:512", 3, 2, 0, INTEL, 0 },
	{ "1:512 0:256 0:256", 4, 1, 0, INTEL, 0 },
	/* Memory alone in front of and between CPUs: numbers must be held. */
	{ "0:256 0:256 1:256 0:128 1:128 0:64", 2, 1, 0, AMD, 0 },
	{ "0:256 1:0 0:128 1:0", 1, 2, 0, INTEL, 0 },
	{ "1:256 1:0 0:2048 1:4096", 1, 3, 0, ZEN1, 0 },
	{ "1:64 1:64 1:64 1:64", 3, 3, 2, INTEL, 0 },
	/* Ids up to 254, from 255 on, and over it with fewer than 255 CPUs. */
	{ "1:256", 255, 1, 0, INTEL, 0 },
	{ "1:256", 256, 1, 0, INTEL, 0 },
	{ "0:256 1:256", 255, 1, 0, INTEL, 0 },
	{ "0:64 64:128 0:32 65:128", 1, 2, 0, AMD, 0 },
	{ "1:64 1:64 0:64 1:64 1:64 1:64", 33, 2, 0, INTEL, 0 },
	{ "16:1572864", 16, 2, 0, AMD, 0 },
	{ "0:1024 300:1024 0:1024", 1, 1, 0, AMD, 0 },
	{ "1:256 1:256", 2, 1, 0, INTEL, 1U << 1 },
};
const unsigned int nr_acpi_machines = COUNT(acpi_machines);

void acpi_case_make(struct acpi_case *c, unsigned int i, uint64_t base)
{
	const struct acpi_machine *m = &acpi_machines[i];
	struct error err;

	*c = (struct acpi_case){ .machine = { .host = &m->host, .devices = m->devices },
				 .base = base };
	finish(&c->machine.topology, m->nodes, m->cores, m->threads, m->packages);
	for (unsigned int from = 0; from < c->machine.topology.nr_nodes; from++)
		for (unsigned int to = 0; to < c->machine.topology.nr_nodes; to++)
			if (from != to)
				*topology_distance(&c->machine.topology, from, to) =
					11 + (from * 37 + to * 5) % 245;
	ck_assert_msg(!layout_build(&c->machine.topology, m->host.amd ? &space_amd : &space_x86,
				    &c->machine.layout, &err),
		      "%s", err.text);
	acpi_build(&x86_acpi, &c->machine, &c->tables);
	acpi_place(&c->tables, base);
}

void acpi_case_free(struct acpi_case *c)
{
	blob_free(&c->tables.blob);
	machine_free(&c->machine);
}

const uint8_t *acpi_case_table(const struct acpi_case *c, const char *signature, uint32_t *size)
{
	const uint8_t *found = NULL;

	for (unsigned int i = 0; i < c->tables.nr; i++) {
		const uint8_t *table = c->tables.blob.data + c->tables.offsets[i];

		if (memcmp(table, signature, 4))
			continue;
		ck_assert_msg(!found, "%s is there twice", signature);
		found = table;
	}
	ck_assert_msg(found != NULL, "no %s", signature);
	*size = le(found + 4, 4);
	return found;
}

int acpi_case_cpu(const struct acpi_case *c, uint32_t id)
{
	for (unsigned int cpu = 0; cpu < c->machine.topology.nr_cpus; cpu++)
		if (apic_id(&c->machine, cpu) == id)
			return cpu;
	return -1;
}
