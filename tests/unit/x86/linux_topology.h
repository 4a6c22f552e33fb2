/* SPDX-License-Identifier: MIT */
/*
 * What Linux makes of a CPU's CPUID leaves, by the rules of arch/x86/kernel/cpu: of Linux 6.1
 * (topology.c, cacheinfo.c, amd.c), of 6.12 (topology_ext.c, topology_common.c, topology_amd.c),
 * and of what either falls back to without leaf 0xB.
 */
#ifndef TESTS_UNIT_LINUX_TOPOLOGY_H
#define TESTS_UNIT_LINUX_TOPOLOGY_H

#include "arch/x86/cpuid.h"

/*
 * Ids that tell apart, not numbers from 0: equal ids mean "the same", as in sysfs' sibling lists.
 */
struct linux_cpu {
	uint32_t apic_id;
	uint32_t package;
	uint32_t core; /* in its package */
	uint32_t thread;
	uint32_t llc;
	uint32_t l1d, l1i, l2;
};

/* The registers of one leaf as a guest would see them; zeros for a leaf that is not there. */
struct cpuid_leaf linux_cpuid(const struct cpuid_table *table, uint32_t leaf, uint32_t subleaf);

/* @zen1: family 0x17 up to model 0x1f, where the last-level cache is APIC id >> 3. */
struct linux_cpu linux_6_1(const struct cpuid_table *table, bool amd, bool zen1);
struct linux_cpu linux_6_12(const struct cpuid_table *table, bool amd, bool zen1);
struct linux_cpu linux_legacy(const struct cpuid_table *table, bool amd, bool zen1);

#endif
