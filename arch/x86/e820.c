// SPDX-License-Identifier: MIT
#include "arch/x86/e820.h"

#include "arch/x86/platform.h"

uint64_t e820_low_end(const struct machine *m)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < m->layout.nr_ranges && m->layout.ranges[i].gpa == end; i++)
		end += m->layout.ranges[i].size;
	return end;
}

void e820_build(const struct machine *m, uint64_t acpi_size, struct memory_map *map)
{
	uint64_t low_end = e820_low_end(m), tables = low_end - acpi_size;

	*map = (struct memory_map){ 0 };
	memory_map_add(map, 0, X86_LOW_RAM_END, MEMORY_RAM);
	memory_map_add(map, X86_LOW_RAM_END, X86_HIGH_RAM, MEMORY_RESERVED);
	memory_map_add(map, X86_HIGH_RAM, tables, MEMORY_RAM);
	memory_map_add(map, tables, low_end, MEMORY_ACPI);
	for (unsigned int i = 0; i < m->layout.nr_ranges; i++) {
		const struct layout_range *range = &m->layout.ranges[i];

		if (range->gpa > low_end)
			memory_map_add(map, range->gpa, range->gpa + range->size, MEMORY_RAM);
	}
}
