/* SPDX-License-Identifier: MIT */
/*
 * APIC ids: package, cache, core and thread in bit fields padded to powers of two. CPUID, MADT,
 * SRAT and KVM_CREATE_VCPU all have them from here. Pure.
 */
#ifndef ARCH_X86_APIC_ID_H
#define ARCH_X86_APIC_ID_H

#include "arch/x86/host.h"
#include "mem/machine.h"

/* An id of this and above needs x2APIC: MADT type 9, SRAT type 2. ACPI 6.5 5.2.12.12. */
#define APIC_ID_X2APIC 255

/* How far to shift an id right to number the cores, caches and packages. SDM 3A 9.9.1. */
struct apic_id_shifts {
	unsigned int core;
	unsigned int llc;
	unsigned int package;
};

struct apic_id_shifts apic_id_shifts(const struct machine *m);

/* Of CPU @cpu. */
uint32_t apic_id(const struct machine *m, unsigned int cpu);

/* The highest id of the machine. */
uint32_t apic_id_max(const struct machine *m);

#endif
