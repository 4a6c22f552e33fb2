// SPDX-License-Identifier: MIT
/* hang_halt: halts for good with interrupts off. */
#include "guest.h"

void guest_main(void)
{
	put("hang_halt\n");
	halt();
}
