/* SPDX-License-Identifier: MIT */
/*
 * The facts about an arm64 host that shape its guests, from arch_host_probe(). Plain data, so that
 * tests can make it up.
 */
#ifndef ARCH_ARM64_HOST_H
#define ARCH_ARM64_HOST_H

#include <stdbool.h>

struct arch_host {
	unsigned int ipa_bits; /* of guest-physical addresses, at most */
	bool sizes_ipa; /* KVM takes the number for each VM; else it is always 40 */
	bool pmu; /* KVM has PMUv3 for its guests */
};

#endif
