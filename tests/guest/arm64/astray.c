// SPDX-License-Identifier: MIT
/*
 * astray: jumps to where nothing is, and its exceptions go there too: KVM hands it one fault after
 * another, for good.
 */
#include "guest.h"

void guest_main(void)
{
	put("astray\n");
	write_register("vbar_el1", 0x20000000);
	((void (*)(void))0x20000000)();
}
