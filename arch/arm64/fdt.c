// SPDX-License-Identifier: MIT
#include "arch/arm64/fdt.h"

#include "arch/arm64/platform.h"

static void add_all(struct tree *tree, const struct fdt_chosen *chosen)
{
	tree_string(tree, "compatible", "linux,dummy-virt");
	tree_string(tree, "model", "numavm");
	tree_cells(tree, "#address-cells", 2);
	tree_cells(tree, "#size-cells", 2);
	tree_cells(tree, "interrupt-parent", PHANDLE_INTC);
	tree_add_chosen(tree, chosen);
	tree_add_memory(tree);
	fdt_add_cpus(tree);
	tree_add_distances(tree);
	fdt_add_devices(tree);
}

int fdt_build(const struct machine *m, const struct fdt_chosen *chosen, struct blob *blob,
	      struct error *err)
{
	struct tree tree;

	if (m->topology.nr_cpus > ARM64_MAX_CPUS)
		return error_set(err, "%u CPUs are more than the %llu that this machine can have",
				 m->topology.nr_cpus, ARM64_MAX_CPUS);
	tree_open(&tree, m, chosen ? FDT_MAX_SIZE : FDT_MAX_SIZE - FDT_CHOSEN_MAX_SIZE);
	add_all(&tree, chosen);
	return tree_close(&tree, blob, err);
}
