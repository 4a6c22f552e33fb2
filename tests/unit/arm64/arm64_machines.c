// SPDX-License-Identifier: MIT
#include "tests/unit/arm64/arm64_machines.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"
#include "vmm/cli/config.h"

static const struct {
	const char *nodes; /* as declare() takes them */
	unsigned int cores, threads, packages;
	bool pmu;
	unsigned int devices; /* beside the console */
} machines[] = {
	{ "1:256", 1, 1, 0, true, 0 },
	{ "1:256 1:256", 2, 2, 0, false, 0 },
	{ "2:2048 0:4096 1:512", 3, 2, 0, true, 0 },
	{ "0:256 0:256 1:256 0:128 1:128 0:64", 2, 1, 0, false, 0 },
	{ "0:256 1:0 0:128 1:0", 1, 2, 0, true, 0 },
	{ "2:512 2:512 2:512 2:512", 1, 2, 2, true, 0 },
	{ "1:1 1:3 0:7 1:1024", 3, 3, 3, false, 0 },
	{ "2:2048 2:2048 2:2048 2:2048", 1, 1, 0, true, 0 },
	/* More than one value of Aff1, more than one region of redistributors. */
	{ "1:256", 17, 1, 0, true, 0 },
	{ "1:256 1:256", 64, 1, 0, true, 0 },
	{ "1:256 1:256 0:64 1:256", 43, 1, 1, true, 0 },
	{ "4:256 4:256 4:256 4:256", 16, 2, 0, true, 0 },
	{ "1:256 1:256", 2, 1, 0, true, 1U << 1 },
};

static const glob_t *configs(void)
{
	static glob_t found;

	if (!found.gl_pathc && glob("configs/*.conf", 0, NULL, &found)) {
		fprintf(stderr, "unit: no configs/*.conf: to be run at the top of the tree\n");
		abort(); /* while suites are made, Check takes no failure */
	}
	return &found;
}

unsigned int fdt_case_count(void)
{
	return COUNT(machines) + configs()->gl_pathc;
}

static void declare_machine(struct topology *t, unsigned int i)
{
	finish(t, machines[i].nodes, machines[i].cores, machines[i].threads, machines[i].packages);
	for (unsigned int from = 0; from < t->nr_nodes; from++)
		for (unsigned int to = 0; to < t->nr_nodes; to++)
			if (from != to)
				*topology_distance(t, from, to) = 11 + (from * 37 + to * 5) % 245;
}

static void read_config(struct topology *t, const char *path)
{
	struct settings settings = { 0 };
	struct error err;

	ck_assert_msg(!config_read(path, &settings, &err), "%s", err.text);
	ck_assert_msg(!settings_topology(&settings, t, &err), "%s", err.text);
	settings_free(&settings);
}

void fdt_case_make(struct fdt_case *c, unsigned int i, const struct fdt_chosen *chosen)
{
	bool own = i < COUNT(machines);
	struct error err;

	*c = (struct fdt_case){ .host = { .ipa_bits = 48, .pmu = own && machines[i].pmu } };
	c->machine.host = &c->host;
	c->machine.devices = own ? machines[i].devices : 0;
	if (own)
		declare_machine(&c->machine.topology, i);
	else
		read_config(&c->machine.topology, configs()->gl_pathv[i - COUNT(machines)]);
	ck_assert_msg(!layout_build(&c->machine.topology, &space_arm64, &c->machine.layout, &err),
		      "%s", err.text);
	ck_assert_msg(!fdt_build(&c->machine, chosen, &c->blob, &err), "%s", err.text);
	c->fdt = c->blob.data;
	ck_assert_int_eq(fdt_check_header(c->fdt), 0);
	ck_assert_uint_eq(fdt_totalsize(c->fdt), c->blob.size);
}

void fdt_case_free(struct fdt_case *c)
{
	blob_free(&c->blob);
	machine_free(&c->machine);
}

const fdt32_t *fdt_cells(const void *fdt, int node, const char *name, unsigned int *nr)
{
	int size = 0;
	const fdt32_t *at = fdt_getprop(fdt, node, name, &size);

	*nr = at ? size / 4 : 0;
	return at;
}

uint32_t fdt_cell(const void *fdt, int node, const char *name)
{
	unsigned int nr;
	const fdt32_t *at = fdt_cells(fdt, node, name, &nr);

	ck_assert_msg(nr == 1, "%s has no %s", fdt_get_name(fdt, node, NULL), name);
	return fdt32_to_cpu(*at);
}

uint64_t fdt_wide(const fdt32_t *at)
{
	return (uint64_t)fdt32_to_cpu(at[0]) << 32 | fdt32_to_cpu(at[1]);
}

bool fdt_says(const void *fdt, int node, const char *name, const char *text)
{
	return fdt_stringlist_search(fdt, node, name, text) >= 0;
}

int fdt_at(const void *fdt, const char *path)
{
	int node = fdt_path_offset(fdt, path);

	ck_assert_msg(node >= 0, "%s: %s", path, fdt_strerror(node));
	return node;
}

static void read_cpus(const void *fdt, struct fdt_numa *numa)
{
	int node;

	fdt_for_each_subnode(node, fdt, fdt_at(fdt, "/cpus"))
	{
		if (!fdt_says(fdt, node, "device_type", "cpu"))
			continue;
		ck_assert_uint_lt(numa->nr_cpus, FDT_CASE_CPUS);
		numa->cpu_ids[numa->nr_cpus] = fdt_cell(fdt, node, "reg");
		numa->cpu_nodes[numa->nr_cpus++] = fdt_cell(fdt, node, "numa-node-id");
	}
}

static void read_memory(const void *fdt, struct fdt_numa *numa)
{
	unsigned int nr;
	int node;

	fdt_for_each_subnode(node, fdt, 0)
	{
		const fdt32_t *reg = fdt_cells(fdt, node, "reg", &nr);

		if (!fdt_says(fdt, node, "device_type", "memory"))
			continue;
		ck_assert_uint_eq(nr, 4);
		ck_assert_uint_lt(numa->nr_ranges, FDT_CASE_NODES);
		numa->ranges[numa->nr_ranges].start = fdt_wide(reg);
		numa->ranges[numa->nr_ranges].size = fdt_wide(reg + 2);
		numa->ranges[numa->nr_ranges++].node = fdt_cell(fdt, node, "numa-node-id");
	}
}

static void read_distances(const void *fdt, struct fdt_numa *numa)
{
	int node = fdt_node_offset_by_compatible(fdt, -1, "numa-distance-map-v1");
	const fdt32_t *matrix;
	unsigned int nr;

	ck_assert_int_ge(node, 0);
	matrix = fdt_cells(fdt, node, "distance-matrix", &nr);
	ck_assert_uint_eq(nr % 3, 0);
	for (unsigned int i = 0; i < nr; i += 3) {
		uint32_t from = fdt32_to_cpu(matrix[i]), to = fdt32_to_cpu(matrix[i + 1]);
		uint32_t distance = fdt32_to_cpu(matrix[i + 2]);

		ck_assert(from < FDT_CASE_NODES && to < FDT_CASE_NODES && distance < 256);
		ck_assert(from == to ? distance == 10 : distance > 10);
		numa->distances[from][to] = distance;
		if (to > from)
			numa->distances[to][from] = distance;
	}
}

void fdt_numa_read(const void *fdt, struct fdt_numa *numa)
{
	memset(numa, 0, sizeof(*numa));
	read_cpus(fdt, numa);
	read_memory(fdt, numa);
	read_distances(fdt, numa);
}
