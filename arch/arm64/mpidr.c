// SPDX-License-Identifier: MIT
#include "arch/arm64/mpidr.h"

uint32_t mpidr(unsigned int cpu)
{
	return (cpu & 0xf) | (cpu >> 4 & 0xff) << 8 | (cpu >> 12 & 0xff) << 16;
}
