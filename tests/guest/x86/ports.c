// SPDX-License-Identifier: MIT
/* ports: those that nobody claims read as all ones, whatever was written there. */
#include "guest.h"

static const uint16_t ports[] = { 0x80, 0x2e8, 0x1234, 0xfffc };

static void try_port(uint16_t port)
{
	out8(port, 0);
	out16(port, 0);
	out32(port, 0);
	if (in8(port) != 0xff || in16(port) != 0xffff || in32(port) != 0xffffffff)
		fail("not all ones from port", port);
}

void guest_main(void)
{
	for (unsigned int i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		try_port(ports[i]);
	put("ports: all ones\n");
}
