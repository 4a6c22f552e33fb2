/* SPDX-License-Identifier: MIT */
/*
 * Where the GICv3's redistributors are, one per CPU. machine.c tells KVM, and the device tree the
 * guest. Pure.
 */
#ifndef ARCH_ARM64_GIC_H
#define ARCH_ARM64_GIC_H

#include "arch/arm64/platform.h"

struct gic_region {
	uint64_t base;
	uint64_t size;
	unsigned int cpus;
};

/* How many regions @nr_cpus CPUs take, and the one numbered @i of them. */
static inline unsigned int gic_regions(unsigned int nr_cpus)
{
	return (nr_cpus + ARM64_GIC_REGION_CPUS - 1) / ARM64_GIC_REGION_CPUS;
}

static inline struct gic_region gic_region(unsigned int nr_cpus, unsigned int i)
{
	unsigned int first = i * ARM64_GIC_REGION_CPUS, cpus = nr_cpus - first;

	if (cpus > ARM64_GIC_REGION_CPUS)
		cpus = ARM64_GIC_REGION_CPUS;
	return (struct gic_region){
		.base = ARM64_GIC_REDISTRIBUTORS + first * ARM64_GIC_REDISTRIBUTOR_SIZE,
		.size = cpus * ARM64_GIC_REDISTRIBUTOR_SIZE,
		.cpus = cpus,
	};
}

#endif
