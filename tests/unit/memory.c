// SPDX-License-Identifier: MIT
#include "tests/unit/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "tests/unit/support.h"

int memory_fit(struct memory *m, const struct ram_options *options, struct error *err)
{
	int ret;

	ck_assert_msg(!topology_finish(&m->machine.topology, err), "%s", err->text);
	ret = fit_make(&m->machine, &m->fit, err);
	m->ram = (struct ram){ 0 };
	if (!ret)
		ret = ram_allocate(&m->ram, &m->machine, &m->fit, options, err);
	fit_unlock(&m->fit);
	return ret;
}

void memory_allocate(struct memory *m, bool populate)
{
	const struct ram_options options = { .verify = VERIFY_SAMPLE };
	struct topology *t = &m->machine.topology;
	struct error err;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		t->nodes[i].placement.populate = populate;
	ck_assert_msg(!layout_build(t, &space_x86, &m->machine.layout, &err), "%s", err.text);
	ck_assert_msg(!memory_fit(m, &options, &err), "%s", err.text);
}

void memory_make(struct memory *m, const char *nodes, bool populate)
{
	*m = (struct memory){ 0 };
	declare(&m->machine.topology, nodes);
	memory_allocate(m, populate);
}

void memory_free(struct memory *m)
{
	ram_release(&m->ram);
	fit_free(&m->fit);
	machine_free(&m->machine);
}

void describe_backings(const struct backing *backings, unsigned int nr, char text[100])
{
	*text = 0;
	for (unsigned int i = 0; i < nr; i++)
		sprintf(text + strlen(text), "%s%s/%s%s", i ? " " : "",
			placement_policy_name(backings[i].policy), backings[i].pages->name,
			backings[i].given_up[0] ? "-" : "");
}

uint64_t host_mib(void)
{
	struct sysinfo info;

	ck_assert_int_eq(sysinfo(&info), 0);
	return ((uint64_t)info.totalram + info.totalswap) * info.mem_unit / MIB;
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
