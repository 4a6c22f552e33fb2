// SPDX-License-Identifier: MIT
/* hang_busy: spins for good with interrupts off. */
#include "guest.h"

void guest_main(void)
{
	put("hang_busy\n");
	for (;;)
		pause();
}
