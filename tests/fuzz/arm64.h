/* SPDX-License-Identifier: MIT */
/* What <linux/kvm.h> has on arm64 alone, so that arm64's loader is fuzzed on other machines too. */
#ifndef TESTS_FUZZ_ARM64_H
#define TESTS_FUZZ_ARM64_H

#include <stdint.h>

struct kvm_vcpu_init {
	uint32_t target;
	uint32_t features[7];
};

#endif
