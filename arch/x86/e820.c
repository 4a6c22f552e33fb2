// SPDX-License-Identifier: MIT
#include "arch/x86/e820.h"

#include "arch/x86/platform.h"

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void e820_build(const struct machine *m, uint64_t acpi_size, struct memory_map *map)
{
	uint64_t above = X86_HIGH_RAM + acpi_size;

	*map = (struct memory_map){ 0 };
	memory_map_add(map, 0, X86_LOW_RAM_END, MEMORY_RAM);
	memory_map_add(map, X86_LOW_RAM_END, X86_HIGH_RAM, MEMORY_RESERVED);
	memory_map_add(map, X86_HIGH_RAM, min(above, layout_end(&m->layout)), MEMORY_ACPI);
	for (unsigned int i = 0; i < m->layout.nr_ranges; i++) {
		const struct layout_range *range = &m->layout.ranges[i];

		memory_map_add(map, max(range->gpa, above), range->gpa + range->size, MEMORY_RAM);
	}
}
