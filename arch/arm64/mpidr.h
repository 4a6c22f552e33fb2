/* SPDX-License-Identifier: MIT */
/*
 * MPIDR_EL1's affinity fields as KVM gives them to its vCPUs: 16 CPUs to a value of Aff1, since
 * that is what ICC_SGI1R_EL1 can name at once. They say nothing of the topology; cpu-map does.
 * Pure. Source: Linux, arch/arm64/kvm/sys_regs.c, reset_mpidr().
 */
#ifndef ARCH_ARM64_MPIDR_H
#define ARCH_ARM64_MPIDR_H

#include <stdint.h>

#define MPIDR_AFFINITY 0xff00ffffffULL /* the fields in the register; Arm ARM D17.2.101 */

/* Of the vCPU that KVM knows as @cpu. */
static inline uint32_t mpidr(unsigned int cpu)
{
	return (cpu & 0xf) | (cpu >> 4 & 0xff) << 8 | (cpu >> 12 & 0xff) << 16;
}

#endif
