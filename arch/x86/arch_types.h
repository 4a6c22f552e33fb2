/* SPDX-License-Identifier: MIT */
/* What x86-64 adds to the neutral structures. vmm/ and arch/arch.h include it by this name. */
#ifndef ARCH_TYPES_H
#define ARCH_TYPES_H

#include <linux/audit.h>

#include "arch/x86/cpuid.h"
#include "arch/x86/host.h"
#include "arch/x86/io_check.h"
#include "arch/x86/ioapic.h"
#include "arch/x86/power.h"

#define ARCH_AUDIT AUDIT_ARCH_X86_64 /* as seccomp(2) has it */

struct arch_vm {
	struct cpuid_table supported; /* as KVM_GET_SUPPORTED_CPUID gives it */
	struct ioapic ioapic;
	struct power power;
	struct io_check io_check;
	uint64_t entry; /* where the first CPU starts */
	uint64_t params; /* what it finds in RSI: the zero page */
};

#endif
