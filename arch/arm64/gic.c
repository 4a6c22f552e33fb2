// SPDX-License-Identifier: MIT
#include "arch/arm64/gic.h"

#include "arch/arm64/platform.h"

unsigned int gic_regions(unsigned int nr_cpus)
{
	return (nr_cpus + ARM64_GIC_REGION_CPUS - 1) / ARM64_GIC_REGION_CPUS;
}

struct gic_region gic_region(unsigned int nr_cpus, unsigned int i)
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
