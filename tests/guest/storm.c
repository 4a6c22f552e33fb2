// SPDX-License-Identifier: MIT
/* The part of the guests' library that a hostile guest needs: accesses at random. */
#include "guest.h"

static uint64_t state = 0x2545f4914f6cdd1dULL;

uint64_t random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void memory_access(uint64_t address, uint8_t mask)
{
	uint64_t choice = random(), value = random() & mask * 0x0101010101010101ULL;

	if (!MAY_BE_UNALIGNED)
		address &= ~(uint64_t)((1U << (choice & 3)) - 1);
	switch (choice & 7) {
	case 0:
		read8(address);
		break;
	case 1:
		read16(address);
		break;
	case 2:
		read32(address);
		break;
	case 3:
		read64(address);
		break;
	case 4:
		write8(address, (uint8_t)value);
		break;
	case 5:
		write16(address, (uint16_t)value);
		break;
	case 6:
		write32(address, (uint32_t)value);
		break;
	default:
		write64(address, value);
	}
}
