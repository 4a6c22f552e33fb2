// SPDX-License-Identifier: MIT
#include "arch/arm64/fdt.h"

#include "arch/arm64/mpidr.h"
#include "arch/arm64/platform.h"

/* Linux, Documentation/devicetree/bindings/arm/cpus.yaml. */
static void add_cpu(struct tree *tree, unsigned int cpu)
{
	tree_begin(tree, "cpu@%x", mpidr(cpu));
	tree_string(tree, "device_type", "cpu");
	tree_string(tree, "compatible", "arm,armv8");
	tree_cells(tree, "reg", mpidr(cpu));
	tree_string(tree, "enable-method", "psci");
	tree_cells(tree, "numa-node-id", tree->machine->topology.cpus[cpu].node);
	tree_add_cpu_caches(tree, cpu);
	tree_cells(tree, "phandle", tree_phandle(tree, PHANDLE_CPU, cpu));
	tree_end(tree);
}

static void add_cpus(struct tree *tree)
{
	tree_begin(tree, "cpus");
	tree_cells(tree, "#address-cells", 1);
	tree_cells(tree, "#size-cells", 0);
	tree_add_cpu_map(tree);
	for (unsigned int cpu = 0; cpu < tree->machine->topology.nr_cpus; cpu++)
		add_cpu(tree, cpu);
	tree_add_caches(tree);
	tree_end(tree);
}

static void add_all(struct tree *tree, const struct fdt_chosen *chosen)
{
	tree_string(tree, "compatible", "linux,dummy-virt");
	tree_string(tree, "model", "numavm");
	tree_cells(tree, "#address-cells", 2);
	tree_cells(tree, "#size-cells", 2);
	tree_cells(tree, "interrupt-parent", PHANDLE_INTC);
	tree_add_chosen(tree, chosen);
	tree_add_memory(tree);
	add_cpus(tree);
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
