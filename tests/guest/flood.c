// SPDX-License-Identifier: MIT
/* flood: never stops talking, for what becomes of a monitor whose reader went away. */
#include "guest.h"

void guest_main(void)
{
	for (;;)
		put("flood\n");
}
