// SPDX-License-Identifier: MIT
/* nmi_halt: sends an NMI to every other CPU, none of which has been started, and halts. */
#include "guest.h"

void guest_main(void)
{
	interrupt_cpus(ICR_NMI);
	put("nmi_halt\n");
	halt();
}
