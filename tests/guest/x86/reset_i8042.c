// SPDX-License-Identifier: MIT
/* reset_i8042: ends by the keyboard controller's reset line, as reboot=k does. */
#include "guest.h"

void guest_main(void)
{
	put("reset_i8042\n");
	out8(I8042_COMMAND, 0xfe);
	fail("still running after the reset command", 0);
}
