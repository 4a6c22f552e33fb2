// SPDX-License-Identifier: MIT
/*
 * cpuid: this CPU's APIC id is the same number in CPUID leaf 1, in every level of leaf 0xB, and
 * in the local APIC.
 */
#include "guest.h"

#define X2APIC_BIT (1U << 21)

void guest_main(void)
{
	uint32_t registers[4], id = lapic_id();

	cpuid(1, 0, registers);
	if (registers[1] >> 24 != id)
		fail("leaf 1's APIC id", registers[1] >> 24);
	if (!(registers[2] & X2APIC_BIT))
		fail("no x2APIC in leaf 1's ECX", registers[2]);
	for (uint32_t level = 0; level < 2; level++) {
		cpuid(0xb, level, registers);
		if (registers[3] != id)
			fail("leaf 0xb's APIC id", registers[3]);
		if (!registers[1] || (registers[2] >> 8 & 0xff) != level + 1)
			fail("leaf 0xb lacks the level", level);
	}
	put("cpuid: id ");
	put_number(id);
	put("\n");
}
