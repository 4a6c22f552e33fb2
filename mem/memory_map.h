/* SPDX-License-Identifier: MIT */
/*
 * The firmware's memory map, entries by address, which an architecture makes and struct machine
 * owns. Types are those of ACPI 6.5 table 15.1.
 */
#ifndef MEM_MEMORY_MAP_H
#define MEM_MEMORY_MAP_H

#include <stdint.h>

#define MEMORY_RAM 1
#define MEMORY_RESERVED 2
#define MEMORY_ACPI 3

struct memory_map_entry {
	uint64_t start;
	uint64_t size;
	uint32_t type;
};

struct memory_map {
	struct memory_map_entry *entries;
	unsigned int nr;
};

/* Appends an entry; it grows the last one instead when both touch and are of one type. */
void memory_map_add(struct memory_map *map, uint64_t start, uint64_t end, uint32_t type);

/* The end of the RAM entry that holds @gpa; 0 when none does. */
uint64_t memory_map_ram_end(const struct memory_map *map, uint64_t gpa);

/* "RAM", "reserved", "ACPI data". */
const char *memory_map_type_name(uint32_t type);

void memory_map_free(struct memory_map *map);

#endif
