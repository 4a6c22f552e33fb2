/* SPDX-License-Identifier: MIT */
/* The memory map that the kernel is handed in the zero page. ACPI 6.5 chapter 15. Pure. */
#ifndef ARCH_X86_E820_H
#define ARCH_X86_E820_H

#include "mem/memory_map.h"
#include "mem/machine.h"

/*
 * @layout's RAM less the legacy hole (640 KiB less 1 to 1 MiB) and @acpi_size bytes (whole pages)
 * of tables at 1 MiB. RAM that touches is one entry, whichever node it is of. The caller frees
 * @map with memory_map_free().
 */
void e820_build(const struct machine *m, uint64_t acpi_size, struct memory_map *map);

#endif
