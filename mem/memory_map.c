// SPDX-License-Identifier: MIT
#include "mem/memory_map.h"

#include <stdlib.h>

#include "mem/xalloc.h"

void memory_map_add(struct memory_map *map, uint64_t start, uint64_t end, uint32_t type)
{
	struct memory_map_entry *last = map->nr ? &map->entries[map->nr - 1] : NULL;

	if (start >= end)
		return;
	if (last && last->type == type && last->start + last->size == start) {
		last->size += end - start;
		return;
	}
	map->entries = xrealloc(map->entries, map->nr + 1, sizeof(*map->entries));
	map->entries[map->nr++] = (struct memory_map_entry){ start, end - start, type };
}

uint64_t memory_map_ram_end(const struct memory_map *map, uint64_t gpa)
{
	for (unsigned int i = 0; i < map->nr; i++) {
		const struct memory_map_entry *entry = &map->entries[i];

		if (entry->type == MEMORY_RAM && gpa >= entry->start &&
		    gpa - entry->start < entry->size)
			return entry->start + entry->size;
	}
	return 0;
}

const char *memory_map_type_name(uint32_t type)
{
	static const char *const names[] = {
		[MEMORY_RAM] = "RAM", [MEMORY_RESERVED] = "reserved", [MEMORY_ACPI] = "ACPI data"
	};

	return names[type];
}

void memory_map_free(struct memory_map *map)
{
	free(map->entries);
	*map = (struct memory_map){ 0 };
}
