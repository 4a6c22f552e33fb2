// SPDX-License-Identifier: MIT
#include "tests/unit/memory.h"

#include <stdio.h>

#include "tests/unit/support.h"

void memory_allocate(struct memory *m, bool populate)
{
	const struct ram_options options = { .verify = VERIFY_SAMPLE };
	struct error err;

	for (unsigned int i = 0; i < m->t.nr_nodes; i++)
		m->t.nodes[i].placement.populate = populate;
	ck_assert_msg(!layout_build(&m->t, &space_x86, &m->layout, &err), "%s", err.text);
	ck_assert_msg(!ram_allocate(&m->ram, &m->t, &m->layout, &options, &err), "%s", err.text);
}

void memory_make(struct memory *m, const char *nodes, bool populate)
{
	declare(&m->t, nodes);
	memory_allocate(m, populate);
}

void memory_free(struct memory *m)
{
	ram_release(&m->ram);
	layout_free(&m->layout);
	topology_free(&m->t);
}

uint64_t mapped_bytes(uintptr_t start, uintptr_t end)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	uint64_t bytes = 0;
	char line[512];

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps)) {
		ck_assert_int_eq(sscanf(line, "%lx-%lx", &from, &to), 2);
		if (from < start)
			from = start;
		if (to > end)
			to = end;
		if (from < to)
			bytes += to - from;
	}
	fclose(maps);
	return bytes;
}
