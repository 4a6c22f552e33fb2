// SPDX-License-Identifier: MIT
/*
 * nmi: sends an NMI to every other CPU, none of which has been started. They wait for their start
 * all the same, and come up when it is their turn.
 */
#include "guest.h"

#define A_WHILE 200000U /* rounds of pause */

void guest_main(void)
{
	interrupt_cpus(ICR_NMI);
	put("nmi: sent\n");
	for (unsigned int i = 0; i < A_WHILE; i++)
		pause();
	put("nmi: started ");
	put_number(start_cpus());
	put("\n");
}
