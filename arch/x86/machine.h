/* SPDX-License-Identifier: MIT */
/* What x86's own machine files share beside the contract in arch/arch.h. */
#ifndef ARCH_X86_MACHINE_H
#define ARCH_X86_MACHINE_H

#include "arch/x86/cpuid.h"

/* What KVM can give a guest: KVM_GET_SUPPORTED_CPUID on @kvm, /dev/kvm. Returns 0, or -1. */
int x86_supported_cpuid(int kvm, struct cpuid_table *table, struct error *err);

#endif
