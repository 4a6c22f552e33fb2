/* SPDX-License-Identifier: MIT */
/*
 * The memory map: the zero page has it, and plan, tables and the loader read it. ACPI 6.5
 * chapter 15. Pure.
 */
#ifndef ARCH_X86_E820_H
#define ARCH_X86_E820_H

#include "mem/memory_map.h"
#include "mem/machine.h"

/* The first address after the RAM that goes from 0 on without a gap: at most 3 GiB. */
uint64_t e820_low_end(const struct machine *m);

/*
 * @m's RAM less the legacy hole (640 KiB less 1 to 1 MiB) and, as firmware has it, @acpi_size bytes
 * (whole pages) of tables at the end of what is below 3 GiB, where arch_memory_map() has seen
 * room. RAM that touches is one entry, whichever node it is of. The caller frees @map with
 * memory_map_free().
 */
void e820_build(const struct machine *m, uint64_t acpi_size, struct memory_map *map);

#endif
