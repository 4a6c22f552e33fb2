// SPDX-License-Identifier: MIT
/* Linux, Documentation/devicetree/bindings/numa.txt. */
#include <stdlib.h>

#include "arch/fdt/tree.h"
#include "mem/xalloc.h"

static void add_range(struct tree *tree, const struct layout_range *range)
{
	tree_begin(tree, "memory@%llx", (unsigned long long)range->gpa);
	tree_string(tree, "device_type", "memory");
	tree_cells(tree, "reg", TREE_U64(range->gpa), TREE_U64(range->size));
	tree_cells(tree, "numa-node-id", range->node);
	tree_end(tree);
}

void tree_add_memory(struct tree *tree)
{
	for (unsigned int i = 0; i < tree->machine->layout.nr_ranges; i++)
		add_range(tree, &tree->machine->layout.ranges[i]);
}

/*
 * Every pair, row by row: Linux takes a distance for the way back too until it reads that one
 * (drivers/of/of_numa.c).
 */
void tree_add_distances(struct tree *tree)
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
