// SPDX-License-Identifier: MIT
/*
 * smp: starts every other CPU of the MADT with INIT, SIPI, SIPI, one after the other; each says
 * in real mode, from a page below 1 MiB, what its CPUID takes its APIC id for, which has to be
 * the one that was woken.
 */
#include "guest.h"

void guest_main(void)
{
	put("smp: started ");
	put_number(start_cpus());
	put("\n");
}
