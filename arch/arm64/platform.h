/* SPDX-License-Identifier: MIT */
/*
 * The numbers of the arm64 machine: where things are in memory, and the interrupts. What the
 * device tree declares and what KVM and the devices answer to both come from here.
 */
#ifndef ARCH_ARM64_PLATFORM_H
#define ARCH_ARM64_PLATFORM_H

#include "arch/device.h"

extern const struct device arm64_devices[MACHINE_MAX_DEVICES];

/* RAM goes up from here without a hole; all devices are below. */
#define ARM64_RAM 0x40000000ULL

#define ARM64_FAST_PORT 0x09020000ULL /* the channel's, a page after the serial ports' */

#define ARM64_GIC_DISTRIBUTOR 0x08000000ULL
#define ARM64_GIC_DISTRIBUTOR_SIZE 0x10000ULL

/* Redistributors, one per CPU, in regions that follow one another. */
#define ARM64_GIC_REDISTRIBUTORS 0x10000000ULL
#define ARM64_GIC_REDISTRIBUTOR_SIZE 0x20000ULL
#define ARM64_GIC_REGION_CPUS 128
#define ARM64_MAX_CPUS ((ARM64_RAM - ARM64_GIC_REDISTRIBUTORS) / ARM64_GIC_REDISTRIBUTOR_SIZE)

/* Interrupts as the GIC numbers them: a CPU's own (PPI) from 16, shared ones (SPI) from 32. */
#define ARM64_PPI_BASE 16
#define ARM64_SPI_BASE 32
#define ARM64_GIC_INTERRUPTS 64 /* the fewest that a GICv3 of KVM's has */
#define ARM64_PMU_IRQ 23
#define ARM64_TIMER_SECURE_IRQ 29
#define ARM64_TIMER_PHYSICAL_IRQ 30
#define ARM64_TIMER_VIRTUAL_IRQ 27
#define ARM64_TIMER_HYP_IRQ 26

/* What the kernel is handed follows it, at multiples of the largest page. */
#define ARM64_LOAD_ALIGN 0x10000ULL

#endif
