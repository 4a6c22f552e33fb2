// SPDX-License-Identifier: MIT
/* poweroff: ends in the way that the firmware declares. */
#include "guest.h"

void guest_main(void)
{
	put("poweroff\n");
	power_off();
}
