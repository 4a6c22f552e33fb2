// SPDX-License-Identifier: MIT
/*
 * tree: the device tree is of a version that Linux reads, lies in RAM, and agrees with itself:
 * every CPU and every part of memory has a node, every pair of nodes a distance, every CPU its
 * place in cpu-map, and what a kernel cannot do without is there.
 */
#include "guest.h"

#define MAGIC 0xd00dfeed
#define MAX_NODES 256
#define LOCAL_DISTANCE 10
#define NONE 0xffffffffU

static uint32_t nodes;
static uint8_t is_node[MAX_NODES];
static uint8_t has_distance[MAX_NODES][MAX_NODES];

static void check_header(void)
{
	if (get_be32(fdt) != MAGIC)
		fail("the tree begins with", get_be32(fdt));
	if (get_be32(fdt + 20) < 17 || get_be32(fdt + 24) > 16)
		fail("the tree's version", get_be32(fdt + 20));
	if ((uintptr_t)fdt % 8 || get_be32(fdt + 4) > 2U << 20)
		fail("booting.rst does not allow a tree at", (uintptr_t)fdt);
}

static void note_node(const struct fdt_node *of)
{
	uint32_t node = fdt_cell(of, "numa-node-id", 0, NONE);

	if (node >= MAX_NODES)
		fail("no node, or one past all others:", node);
	nodes += !is_node[node];
	is_node[node] = 1;
}

/* A CPU by its phandle, for cpu-map. */
static int is_cpu(uint32_t phandle)
{
	struct fdt_node node;

	fdt_first(&node);
	do {
		if (fdt_has(&node, "device_type", "cpu") &&
		    fdt_cell(&node, "phandle", 0, NONE) == phandle)
			return 1;
	} while (fdt_next(&node));
	return 0;
}

static unsigned int check_cpus(void)
{
	unsigned int cpus = 0, placed = 0;
	struct fdt_node node;

	fdt_first(&node);
	do {
		if (fdt_has(&node, "device_type", "cpu")) {
			if (!fdt_has(&node, "enable-method", "psci"))
				fail("a CPU that PSCI does not start:", cpu_mpidr(&node));
			note_node(&node);
			cpus++;
		} else if (fdt_cell(&node, "cpu", 0, NONE) != NONE) {
			if (!is_cpu(fdt_cell(&node, "cpu", 0, NONE)))
				fail("cpu-map has a CPU that is none, entry", placed);
			placed++;
		}
	} while (fdt_next(&node));
	if (placed != cpus)
		fail("CPUs in cpu-map:", placed);
	return cpus;
}

static void check_memory(void)
{
	uint64_t start, size;
	struct fdt_node node;
	int here = 0;

	fdt_first(&node);
	do {
		if (fdt_has(&node, "device_type", "memory"))
			note_node(&node);
	} while (fdt_next(&node));
	for (unsigned int i = 0; ram_range(i, &start, &size); i++)
		here |= (uintptr_t)fdt >= start && (uintptr_t)fdt - start < size;
	if (!here)
		fail("the tree is not in RAM, but at", (uintptr_t)fdt);
}

static void check_distances(void)
{
	struct fdt_node map;

	fdt_find(&map, "compatible", "numa-distance-map-v1");
	for (unsigned int i = 0; fdt_cell(&map, "distance-matrix", i, NONE) != NONE; i += 3) {
		uint32_t from = fdt_cell(&map, "distance-matrix", i, NONE);
		uint32_t to = fdt_cell(&map, "distance-matrix", i + 1, NONE);
		uint32_t distance = fdt_cell(&map, "distance-matrix", i + 2, 0);

		if (from >= MAX_NODES || to >= MAX_NODES || has_distance[from][to])
			fail("a distance too many, entry", i / 3);
		if (from == to ? distance != LOCAL_DISTANCE
			       : distance <= LOCAL_DISTANCE || distance > 255)
			fail("a distance that Linux refuses:", distance);
		has_distance[from][to] = 1;
	}
	for (unsigned int from = 0; from < MAX_NODES; from++)
		for (unsigned int to = 0; to < MAX_NODES; to++)
			if (is_node[from] && is_node[to] && !has_distance[from][to])
				fail("no distance between 256 * from + to =", from * 256 + to);
}

void guest_main(void)
{
	struct fdt_node node;
	unsigned int cpus;

	check_header();
	cpus = check_cpus();
	check_memory();
	check_distances();
	fdt_find(&node, "compatible", "arm,gic-v3");
	fdt_find(&node, "compatible", "arm,armv8-timer");
	fdt_find(&node, "compatible", "arm,psci-0.2");
	put("tree: cpus ");
	put_number(cpus);
	put(" nodes ");
	put_number(nodes);
	put("\n");
}
