/* SPDX-License-Identifier: MIT */
/*
 * Where the GICv3's redistributors are, one per CPU. machine.c tells KVM, and the device tree the
 * guest. Pure.
 */
#ifndef ARCH_ARM64_GIC_H
#define ARCH_ARM64_GIC_H

#include <stdint.h>

struct gic_region {
	uint64_t base;
	uint64_t size;
	unsigned int cpus;
};

/* How many regions @nr_cpus CPUs take, and the one numbered @i of them. */
unsigned int gic_regions(unsigned int nr_cpus);
struct gic_region gic_region(unsigned int nr_cpus, unsigned int i);

#endif
