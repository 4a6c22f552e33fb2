/* SPDX-License-Identifier: MIT */
/* What arm64's own machine files share beside the contract in arch/arch.h. */
#ifndef ARCH_ARM64_MACHINE_H
#define ARCH_ARM64_MACHINE_H

#include <stdint.h>

#include "mem/error.h"

/*
 * KVM_SET_DEVICE_ATTR on a device or a vCPU; @what is its name for the message. Returns 0, or -1.
 */
int arm64_set_attribute(int fd, uint32_t group, uint64_t number, const void *value,
			const char *what, struct error *err);

#endif
