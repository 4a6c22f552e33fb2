// SPDX-License-Identifier: MIT
/* The arm64 device tree of a machine of any shape, parsed back with libfdt. */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/fdt.h"
#include "tests/fuzz/support.h"

static uint32_t cell(const void *fdt, int node, const char *name, unsigned int i)
{
	int size;
	const uint8_t *at = fdt_getprop(fdt, node, name, &size);

	must(at && size >= 4 && (unsigned int)size / 4 > i);
	return (uint32_t)at[4 * i] << 24 | at[4 * i + 1] << 16 | at[4 * i + 2] << 8 | at[4 * i + 3];
}

static uint64_t wide(const void *fdt, int node, const char *name, unsigned int i)
{
	return (uint64_t)cell(fdt, node, name, i) << 32 | cell(fdt, node, name, i + 1);
}

static bool says(const void *fdt, int node, const char *name, const char *text)
{
	return fdt_stringlist_search(fdt, node, name, text) >= 0;
}

/* Each range of memory in order, with its node. */
static void check_memory(const void *fdt, const struct layout *layout)
{
	unsigned int nr = 0;
	int node;

	fdt_for_each_subnode(node, fdt, 0)
	{
		if (!says(fdt, node, "device_type", "memory"))
			continue;
		must(nr < layout->nr_ranges);
		must(wide(fdt, node, "reg", 0) == layout->ranges[nr].gpa &&
		     wide(fdt, node, "reg", 2) == layout->ranges[nr].size &&
		     cell(fdt, node, "numa-node-id", 0) == layout->ranges[nr].node);
		nr++;
	}
	must(nr == layout->nr_ranges);
}

/* The node that @name of @node names is a cache of level @level. */
static int check_cache(const void *fdt, int node, const char *name, unsigned int level)
{
	int cache = fdt_node_offset_by_phandle(fdt, cell(fdt, node, name, 0));

	must(cache >= 0 && says(fdt, cache, "compatible", "cache"));
	must(cell(fdt, cache, "cache-level", 0) == level);
	return cache;
}

/* Each CPU in order, with its node; names are looked up for few, since that is slow. */
static void check_cpus(const void *fdt, const struct topology *t)
{
	int cpus = fdt_path_offset(fdt, "/cpus"), node;
	unsigned int nr = 0;

	must(cpus >= 0);
	fdt_for_each_subnode(node, fdt, cpus)
	{
		if (!says(fdt, node, "device_type", "cpu"))
			continue;
		must(nr < t->nr_cpus && cell(fdt, node, "numa-node-id", 0) == t->cpus[nr].node);
		if (nr++ < 4)
			check_cache(fdt, check_cache(fdt, node, "next-level-cache", 2),
				    "next-level-cache", 3);
	}
	must(nr == t->nr_cpus);
}

/* Linux, Documentation/devicetree/bindings/numa.txt: triples of from, to, distance. */
static void check_distances(const void *fdt, const struct topology *t)
{
	int node = fdt_node_offset_by_compatible(fdt, -1, "numa-distance-map-v1"), size;

	must(node >= 0 && fdt_getprop(fdt, node, "distance-matrix", &size) && size % 12 == 0);
	for (unsigned int i = 0; i < (unsigned int)size / 4; i += 3) {
		uint32_t from = cell(fdt, node, "distance-matrix", i);
		uint32_t to = cell(fdt, node, "distance-matrix", i + 1);

		must(from < t->nr_nodes && to < t->nr_nodes);
		must(cell(fdt, node, "distance-matrix", i + 2) == *topology_distance(t, from, to));
	}
}

static void check_tree(const struct machine *m, const struct fdt_chosen *chosen,
		       const struct blob *blob)
{
	const void *fdt = blob->data;

	must(!fdt_check_full(fdt, blob->size) && fdt_totalsize(fdt) == blob->size);
	must(blob->size <= FDT_MAX_SIZE);
	check_memory(fdt, &m->layout);
	check_cpus(fdt, &m->topology);
	check_distances(fdt, &m->topology);
	if (chosen)
		must(says(fdt, fdt_path_offset(fdt, "/chosen"), "bootargs", chosen->cmdline));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	uint8_t kind = fuzz_byte(&bytes);
	struct arch_host host = { .ipa_bits = 32 + (kind >> 4), .pmu = kind & 1 };
	struct layout_space space = { .ram_base = 0x40000000, .phys_bits = host.ipa_bits };
	struct fdt_chosen chosen = { .cmdline = "console=ttyS0", .initrd_size = kind & 4 };
	struct machine m = { .host = &host };
	struct blob blob = { 0 };
	struct error err = { 0 };

	if (!fuzz_machine(&bytes, &space, &m))
		return 0;
	if (!fdt_build(&m, kind & 2 ? &chosen : NULL, &blob, &err))
		check_tree(&m, kind & 2 ? &chosen : NULL, &blob);
	else
		fuzz_check_error(&err);
	blob_free(&blob);
	machine_free(&m);
	return 0;
}
