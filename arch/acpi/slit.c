// SPDX-License-Identifier: MIT
/* SLIT, ACPI 6.5 5.2.17: the distance matrix, a row and a column per node. */
#include "arch/acpi/acpi.h"

void acpi_add_slit(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin(tables, "SLIT", 1);
	size_t n = m->topology.nr_nodes;

	blob_add_le(blob, n, 8);
	blob_add(blob, m->topology.distances, n * n);
	acpi_end(tables);
}
