// SPDX-License-Identifier: MIT
#include "arch/acpi/srat.h"

#define SRAT_MEMORY 1

struct blob *srat_begin(struct acpi_tables *tables)
{
	struct blob *blob = acpi_begin(tables, "SRAT", 3);

	blob_add_le(blob, 1, 4);
	blob_add_le(blob, 0, 8);
	return blob;
}

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

void srat_add_memory(struct blob *blob, const struct machine *m)
{
	for (unsigned int i = 0; i < m->layout.nr_ranges; i++)
		add_range(blob, &m->layout.ranges[i]);
}
