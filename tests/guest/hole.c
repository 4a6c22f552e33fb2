// SPDX-License-Identifier: MIT
/*
 * hole: addresses that nobody claims read as all ones, whatever was written there, and nothing
 * ends.
 */
#include "guest.h"

static const uint64_t addresses[] = UNCLAIMED;

static void try_memory(uint64_t address)
{
	write64(address, 0x1122334455667788ULL);
	write32(address, 0);
	write8(address, 0);
	if (read64(address) != ~0ULL)
		fail("8 bytes are not all ones at", address);
	if (read32(address) != 0xffffffff || read32(address + 4) != 0xffffffff)
		fail("4 bytes are not all ones at", address);
	if (read16(address + 2) != 0xffff)
		fail("2 bytes are not all ones at", address);
	if (read8(address + 7) != 0xff)
		fail("1 byte is not all ones at", address);
}

void guest_main(void)
{
	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		try_memory(addresses[i]);
	put("hole: all ones\n");
}
