// SPDX-License-Identifier: MIT
/* reset_psci: ends by PSCI's SYSTEM_RESET. */
#include "guest.h"

void guest_main(void)
{
	put("reset_psci\n");
	psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	fail("still running after the reset", 0);
}
