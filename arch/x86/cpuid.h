/* SPDX-License-Identifier: MIT */
/*
 * The CPUID leaves of one CPU: what KVM supports, with the topology and cache leaves written anew
 * from the declared machine (what KVM hands out of those is the host's, or empty). Pure; every vCPU
 * builds its own just before KVM_SET_CPUID2, and the tables verb prints them.
 * Sources: Intel SDM 2A CPUID, AMD APM 3 appendix E.
 */
#ifndef ARCH_X86_CPUID_H
#define ARCH_X86_CPUID_H

#include "arch/x86/host.h"
#include "mem/machine.h"

#define CPUID_MAX_LEAVES 256 /* KVM_MAX_CPUID_ENTRIES */

/* Both are laid out as KVM has them, struct kvm_cpuid2 and its entries. */
struct cpuid_leaf {
	uint32_t leaf;
	uint32_t subleaf;
	uint32_t indexed; /* 1: the subleaf matters */
	uint32_t eax, ebx, ecx, edx;
	uint32_t : 32, : 32, : 32;
};

struct cpuid_table {
	uint32_t nr;
	uint32_t padding;
	struct cpuid_leaf leaves[CPUID_MAX_LEAVES];
};

/* @table as given by KVM_GET_SUPPORTED_CPUID becomes the one of CPU @cpu. */
void cpuid_build(const struct machine *m, unsigned int cpu, struct cpuid_table *table);

/* The entry of @leaf and @subleaf, or NULL. */
struct cpuid_leaf *cpuid_find(struct cpuid_table *table, uint32_t leaf, uint32_t subleaf);

#endif
