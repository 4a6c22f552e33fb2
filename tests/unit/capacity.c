// SPDX-License-Identifier: MIT
#include "tests/unit/capacity.h"

#include "tests/unit/support.h"

void make_capacity(struct capacity *capacity, const amounts memory, const amounts huge,
		   const amounts giant)
{
	capacity_init(capacity, HOST_NODES);
	for (unsigned int i = 0; i < HOST_NODES; i++) {
		capacity->weights[i] = i == 1 ? 3 : 1;
		capacity->free_bytes[PAGE_POOL_MEMORY][i] = memory[i] * MIB;
		capacity->free_bytes[PAGE_POOL_2M][i] = huge[i] * MIB;
		capacity->free_bytes[PAGE_POOL_1G][i] = giant[i] * MIB;
	}
}
