// SPDX-License-Identifier: MIT
#include "arch/arm64/fdt.h"

#include <libfdt.h>
#include <stdlib.h>

#include "arch/arm64/platform.h"
#include "arch/arm64/tree.h"
#include "mem/xalloc.h"

#define FIRST_SIZE 0x10000

static void add_chosen(struct tree *tree)
{
	const struct fdt_chosen *chosen = tree->chosen;

	tree_begin(tree, "chosen");
	tree_string(tree, "stdout-path", "serial0");
	if (chosen) {
		tree_string(tree, "bootargs", chosen->cmdline);
		tree_cells(tree, "kaslr-seed", TREE_U64(chosen->kaslr_seed));
		tree_bytes(tree, "rng-seed", chosen->rng_seed, sizeof(chosen->rng_seed));
	}
	if (chosen && chosen->initrd_size) {
		tree_cells(tree, "linux,initrd-start", TREE_U64(chosen->initrd));
		tree_cells(tree, "linux,initrd-end",
			   TREE_U64(chosen->initrd + chosen->initrd_size));
	}
	tree_end(tree);
}

static void add_memory(struct tree *tree, const struct layout_range *range)
{
	tree_begin(tree, "memory@%llx", (unsigned long long)range->gpa);
	tree_string(tree, "device_type", "memory");
	tree_cells(tree, "reg", TREE_U64(range->gpa), TREE_U64(range->size));
	tree_cells(tree, "numa-node-id", range->node);
	tree_end(tree);
}

/*
 * Every pair, row by row: Linux takes a distance for the way back too until it reads that one
 * (drivers/of/of_numa.c).
 */
static void add_distances(struct tree *tree)
{
	unsigned int n = tree->machine->topology.nr_nodes;
	uint32_t *matrix = xcalloc((size_t)n * n, 3 * sizeof(*matrix)), *at = matrix;

	for (unsigned int from = 0; from < n; from++)
		for (unsigned int to = 0; to < n; to++) {
			*at++ = from;
			*at++ = to;
			*at++ = *topology_distance(&tree->machine->topology, from, to);
		}
	tree_begin(tree, "distance-map");
	tree_string(tree, "compatible", "numa-distance-map-v1");
	tree_array(tree, "distance-matrix", matrix, at - matrix);
	tree_end(tree);
	free(matrix);
}

static void add_root(struct tree *tree)
{
	tree_begin(tree, "%s", "");
	tree_string(tree, "compatible", "linux,dummy-virt");
	tree_string(tree, "model", "numavm");
	tree_cells(tree, "#address-cells", 2);
	tree_cells(tree, "#size-cells", 2);
	tree_cells(tree, "interrupt-parent", PHANDLE_GIC);
	add_chosen(tree);
	for (unsigned int i = 0; i < tree->machine->layout.nr_ranges; i++)
		add_memory(tree, &tree->machine->layout.ranges[i]);
	tree_add_cpus(tree);
	add_distances(tree);
	tree_add_devices(tree);
	tree_end(tree);
}

/* Into tree->data as it is. Returns 0 or an error of libfdt's. */
static int write_tree(struct tree *tree)
{
	tree->error = fdt_create(tree->data, tree->size);
	if (!tree->error)
		tree->error = fdt_finish_reservemap(tree->data);
	add_root(tree);
	if (!tree->error)
		tree->error = fdt_finish(tree->data);
	return tree->error;
}

static int check_size(const struct tree *tree, size_t size, struct error *err)
{
	if (tree->machine->topology.nr_cpus > ARM64_MAX_CPUS)
		return error_set(err, "%u CPUs are more than the %llu that this machine can have",
				 tree->machine->topology.nr_cpus, ARM64_MAX_CPUS);
	if (size > FDT_MAX_SIZE)
		return error_set(err,
				 "the device tree has %zu KiB, but Linux takes %u: use fewer nodes "
				 "or CPUs",
				 size >> 10, FDT_MAX_SIZE >> 10);
	return 0;
}

int fdt_build(const struct machine *m, const struct fdt_chosen *chosen, struct blob *blob,
	      struct error *err)
{
	struct tree tree = { m, chosen, xcalloc(1, FIRST_SIZE), FIRST_SIZE, 0 };
	int ret;

	while (write_tree(&tree) == -FDT_ERR_NOSPACE) {
		tree.size *= 2;
		tree.data = xrealloc(tree.data, 1, tree.size);
	}
	if (tree.error)
		ret = error_set(err, "the device tree: %s", fdt_strerror(tree.error));
	else
		ret = check_size(&tree, fdt_totalsize(tree.data), err);
	if (!ret)
		blob_add(blob, tree.data, fdt_totalsize(tree.data));
	free(tree.data);
	return ret;
}
