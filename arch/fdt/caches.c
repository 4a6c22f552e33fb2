// SPDX-License-Identifier: MIT
/*
 * The CPUs' caches, and cpu-map, which is the topology. Devicetree Specification 0.4 3.8 and 3.9;
 * Linux, Documentation/devicetree/bindings/cpu/cpu-topology.txt.
 */
#include "arch/fdt/tree.h"

#define CACHE_LINE 64

/* The caches of every machine: the sharing is declared, the sizes are those of a common server. */
enum { L1_WAYS = 8, L1_SETS = 64 };
enum { L2_WAYS = 16, L2_SETS = 1024 };
enum { L3_WAYS = 16, L3_SETS = 32768 };

/* In a CPU's own node: each has its own, as a device tree says it. */
void tree_add_cpu_caches(struct tree *tree, unsigned int cpu)
{
	tree_cells(tree, "d-cache-size", L1_WAYS * L1_SETS * CACHE_LINE);
	tree_cells(tree, "d-cache-line-size", CACHE_LINE);
	tree_cells(tree, "d-cache-sets", L1_SETS);
	tree_cells(tree, "i-cache-size", L1_WAYS * L1_SETS * CACHE_LINE);
	tree_cells(tree, "i-cache-line-size", CACHE_LINE);
	tree_cells(tree, "i-cache-sets", L1_SETS);
	tree_cells(tree, "next-level-cache",
		   tree_phandle(tree, PHANDLE_CORE_CACHE, tree->machine->topology.cpus[cpu].core));
}

static void add_cache(struct tree *tree, unsigned int level, uint32_t ways, uint32_t sets)
{
	tree_string(tree, "compatible", "cache");
	tree_cells(tree, "cache-level", level);
	tree_bytes(tree, "cache-unified", NULL, 0);
	tree_cells(tree, "cache-size", ways * sets * CACHE_LINE);
	tree_cells(tree, "cache-line-size", CACHE_LINE);
	tree_cells(tree, "cache-sets", sets);
}

static void add_core_cache(struct tree *tree, const struct topology_cpu *c)
{
	tree_begin(tree, "l2-cache%u", c->core);
	add_cache(tree, 2, L2_WAYS, L2_SETS);
	tree_cells(tree, "next-level-cache", tree_phandle(tree, PHANDLE_LLC, c->llc));
	tree_cells(tree, "phandle", tree_phandle(tree, PHANDLE_CORE_CACHE, c->core));
	tree_end(tree);
}

static void add_llc(struct tree *tree, unsigned int llc)
{
	tree_begin(tree, "l3-cache%u", llc);
	add_cache(tree, 3, L3_WAYS, L3_SETS);
	tree_cells(tree, "phandle", tree_phandle(tree, PHANDLE_LLC, llc));
	tree_end(tree);
}

void tree_add_caches(struct tree *tree)
{
	const struct topology *t = &tree->machine->topology;

	for (unsigned int cpu = 0; cpu < t->nr_cpus; cpu++) {
		const struct topology_cpu *c = &t->cpus[cpu];

		if (!c->thread)
			add_core_cache(tree, c);
		if (!c->thread && !c->core_in_llc)
			add_llc(tree, c->llc);
	}
}

/* A core, from its first CPU on. Returns the next CPU, as the two below do. */
static unsigned int add_core(struct tree *tree, unsigned int cpu)
{
	const struct topology *t = &tree->machine->topology;

	tree_begin(tree, "core%u", t->cpus[cpu].core_in_llc);
	if (t->threads == 1)
		tree_cells(tree, "cpu", tree_phandle(tree, PHANDLE_CPU, cpu));
	for (unsigned int thread = 0; t->threads > 1 && thread < t->threads; thread++) {
		tree_begin(tree, "thread%u", thread);
		tree_cells(tree, "cpu", tree_phandle(tree, PHANDLE_CPU, cpu + thread));
		tree_end(tree);
	}
	tree_end(tree);
	return cpu + t->threads;
}

/* The CPUs of a last-level cache. */
static unsigned int add_cluster(struct tree *tree, unsigned int cpu)
{
	const struct topology *t = &tree->machine->topology;
	unsigned int llc = t->cpus[cpu].llc;

	tree_begin(tree, "cluster%u", t->cpus[cpu].llc_in_package);
	while (cpu < t->nr_cpus && t->cpus[cpu].llc == llc)
		cpu = add_core(tree, cpu);
	tree_end(tree);
	return cpu;
}

static unsigned int add_socket(struct tree *tree, unsigned int cpu)
{
	const struct topology *t = &tree->machine->topology;
	unsigned int package = t->cpus[cpu].package;

	tree_begin(tree, "socket%u", package);
	while (cpu < t->nr_cpus && t->cpus[cpu].package == package)
		cpu = add_cluster(tree, cpu);
	tree_end(tree);
	return cpu;
}

void tree_add_cpu_map(struct tree *tree)
{
	unsigned int cpu = 0;

	tree_begin(tree, "cpu-map");
	while (cpu < tree->machine->topology.nr_cpus)
		cpu = add_socket(tree, cpu);
	tree_end(tree);
}
