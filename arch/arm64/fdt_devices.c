// SPDX-License-Identifier: MIT
/* The machine's devices. Linux, Documentation/devicetree/bindings/, the file that each names. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/fdt.h"
#include "arch/arm64/gic.h"
#include "arch/arm64/platform.h"
#include "mem/xalloc.h"

/* interrupt-controller/arm,gic-v3.yaml: type, number within it, trigger. */
#define GIC_SPI 0
#define GIC_PPI 1
#define LEVEL_HIGH 4
#define SPI(irq) GIC_SPI, (irq)-ARM64_SPI_BASE, LEVEL_HIGH
#define PPI(irq) GIC_PPI, (irq)-ARM64_PPI_BASE, LEVEL_HIGH

#define CELLS_PER_REGION 4
#define SERIAL_CLOCK 1843200 /* Hz, a PC's */

static void add_gic_regions(struct tree *tree, unsigned int nr)
{
	struct gic_region region = { ARM64_GIC_DISTRIBUTOR, ARM64_GIC_DISTRIBUTOR_SIZE, 0 };
	uint32_t *reg = xcalloc(1 + nr, CELLS_PER_REGION * sizeof(*reg));

	for (unsigned int i = 0; i <= nr; i++) {
		const uint32_t cells[] = { TREE_U64(region.base), TREE_U64(region.size) };

		memcpy(reg + i * CELLS_PER_REGION, cells, sizeof(cells));
		region = gic_region(tree->machine->topology.nr_cpus, i);
	}
	tree_array(tree, "reg", reg, (1 + nr) * CELLS_PER_REGION);
	free(reg);
}

/* interrupt-controller/arm,gic-v3.yaml */
static void add_gic(struct tree *tree)
{
	unsigned int nr = gic_regions(tree->machine->topology.nr_cpus);

	tree_begin(tree, "interrupt-controller@%llx", ARM64_GIC_DISTRIBUTOR);
	tree_string(tree, "compatible", "arm,gic-v3");
	tree_bytes(tree, "interrupt-controller", NULL, 0);
	tree_cells(tree, "#interrupt-cells", 3);
	tree_cells(tree, "#address-cells", 0);
	tree_cells(tree, "#redistributor-regions", nr);
	add_gic_regions(tree, nr);
	tree_cells(tree, "phandle", PHANDLE_INTC);
	tree_end(tree);
}

/* timer/arm,arch_timer.yaml */
static void add_timer(struct tree *tree)
{
	tree_begin(tree, "timer");
	tree_string(tree, "compatible", "arm,armv8-timer");
	tree_bytes(tree, "always-on", NULL, 0);
	tree_cells(tree, "interrupts", PPI(ARM64_TIMER_SECURE_IRQ), PPI(ARM64_TIMER_PHYSICAL_IRQ),
		   PPI(ARM64_TIMER_VIRTUAL_IRQ), PPI(ARM64_TIMER_HYP_IRQ));
	tree_end(tree);
}

/* arm/pmu.yaml */
static void add_pmu(struct tree *tree)
{
	if (!tree->machine->host->pmu)
		return;
	tree_begin(tree, "pmu");
	tree_string(tree, "compatible", "arm,armv8-pmuv3");
	tree_cells(tree, "interrupts", PPI(ARM64_PMU_IRQ));
	tree_end(tree);
}

/* arm/psci.yaml */
static void add_psci(struct tree *tree)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	tree_begin(tree, "psci");
	tree_bytes(tree, "compatible", compatible, sizeof(compatible));
	tree_string(tree, "method", "hvc");
	tree_end(tree);
}

/* serial/8250.yaml */
static void add_serial(struct tree *tree, const struct device *d)
{
	tree_begin(tree, "%s@%" PRIx64, d->name, d->base);
	tree_string(tree, "compatible", d->compatible);
	tree_cells(tree, "reg", TREE_U64(d->base), TREE_U64(d->size));
	tree_cells(tree, "interrupts", SPI(d->irq));
	tree_cells(tree, "clock-frequency", SERIAL_CLOCK);
	tree_cells(tree, "reg-shift", 0);
	tree_end(tree);
}

/* Gives the serial ports their numbers, ttyS0 and so on; stdout-path says serial0. */
static void add_aliases(struct tree *tree)
{
	char alias[16], path[32];

	tree_begin(tree, "aliases");
	for (unsigned int i = 0; i < MACHINE_MAX_DEVICES; i++) {
		if (!machine_has(tree->machine, i))
			continue;
		snprintf(alias, sizeof(alias), "serial%u", i);
		snprintf(path, sizeof(path), "/%s@%" PRIx64, arm64_devices[i].name,
			 arm64_devices[i].base);
		tree_string(tree, alias, path);
	}
	tree_end(tree);
}

void fdt_add_devices(struct tree *tree)
{
	add_gic(tree);
	add_timer(tree);
	add_pmu(tree);
	add_psci(tree);
	for (unsigned int i = 0; i < MACHINE_MAX_DEVICES; i++)
		if (machine_has(tree->machine, i))
			add_serial(tree, &arm64_devices[i]);
	add_aliases(tree);
}
