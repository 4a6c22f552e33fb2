// SPDX-License-Identifier: MIT
/* /cpus. Linux, Documentation/devicetree/bindings/arm/cpus.yaml. */
#include "arch/arm64/fdt.h"
#include "arch/arm64/mpidr.h"

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

void fdt_add_cpus(struct tree *tree)
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
