// SPDX-License-Identifier: MIT
/* crash: ends by a fault that nobody can answer. */
#include "guest.h"

void guest_main(void)
{
	put("crash\n");
	crash();
}
