/* SPDX-License-Identifier: MIT */
/* What KVM_GET_SUPPORTED_CPUID hands out on two kinds of host. */
#ifndef TESTS_UNIT_CPUID_HOSTS_H
#define TESTS_UNIT_CPUID_HOSTS_H

#include "arch/x86/cpuid.h"

void cpuid_host_load(struct cpuid_table *table, bool amd);

#endif
