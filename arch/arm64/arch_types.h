/* SPDX-License-Identifier: MIT */
/* What arm64 adds to the neutral structures. vmm/ and arch/arch.h include it by this name. */
#ifndef ARCH_TYPES_H
#define ARCH_TYPES_H

#include <linux/audit.h>
#include <linux/kvm.h>
#include <stdint.h>

#include "arch/arm64/host.h"

#define ARCH_AUDIT AUDIT_ARCH_AARCH64 /* as seccomp(2) has it */

struct arch_vm {
	uint64_t entry; /* where the first CPU starts */
	struct kvm_vcpu_init target; /* the processor that KVM gives its vCPUs */
	uint64_t params; /* what it finds in x0: the device tree */
};

#endif
