// SPDX-License-Identifier: MIT
/* reset_cf9: ends by the chip set's reset control register, as reboot=p does. */
#include "guest.h"

void guest_main(void)
{
	put("reset_cf9\n");
	out8(RESET_CONTROL, 0x02);
	out8(RESET_CONTROL, 0x06);
	fail("still running after the reset", 0);
}
