/* SPDX-License-Identifier: MIT */
/*
 * The facts about an x86-64 host that shape its guests, from arch_host_probe(). Plain data, so that
 * tests can make it up.
 */
#ifndef ARCH_X86_HOST_H
#define ARCH_X86_HOST_H

#include <stdbool.h>

struct arch_host {
	bool amd; /* AMD's CPUID leaves and address holes; else Intel's */
	unsigned int phys_bits; /* MAXPHYADDR, CPUID 0x80000008 */
	unsigned int llc_shift_min; /* Zen 1: Linux takes APIC id >> 3 for the last-level cache */
	bool llc_is_package; /* AMD before Zen: Linux takes the package for it */
};

#endif
