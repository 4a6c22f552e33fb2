// SPDX-License-Identifier: MIT
#include "arch/acpi/acpi.h"

#define SRAT_MEMORY 1

/* ACPI 6.5 table 5.59. */
struct blob *acpi_begin_srat(struct acpi_tables *tables)
{
	struct blob *blob = acpi_begin(tables, "SRAT", 3);

	blob_add_le(blob, 1, 4);
	blob_add_le(blob, 0, 8);
	return blob;
}

/* ACPI 6.5 table 5.61. */
static void add_range(struct blob *blob, const struct layout_range *range)
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

void acpi_add_srat_memory(struct blob *blob, const struct machine *m)
{
	for (unsigned int i = 0; i < m->layout.nr_ranges; i++)
		add_range(blob, &m->layout.ranges[i]);
}

/* ACPI 6.5 5.2.17: the distance matrix, a row and a column per node. */
void acpi_add_slit(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin(tables, "SLIT", 1);
	size_t n = m->topology.nr_nodes;

	blob_add_le(blob, n, 8);
	blob_add(blob, m->topology.distances, n * n);
	acpi_end(tables);
}
