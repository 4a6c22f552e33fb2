// SPDX-License-Identifier: MIT
/* panic: says on the console what a panicking Linux says, and spins as one with panic=0 does. */
#include "guest.h"

void guest_main(void)
{
	put("[    0.000000] Kernel panic - not syncing: test\n");
	put("[    0.000000] ---[ end Kernel panic - not syncing: test ]---\n");
	for (;;)
		pause();
}
