// SPDX-License-Identifier: MIT
#include "vmm/devices/fast.h"

static uint64_t fast_read(struct bus_device *device, uint64_t offset, unsigned int size)
{
	struct fast *fast = (struct fast *)device;
	uint64_t value = 0;

	if (offset >= FAST_DATA_SIZE)
		return ~0ULL;
	fast->ops->pull(fast->opaque, (uint8_t *)&value, size);
	return value;
}

static void fast_write(struct bus_device *device, uint64_t offset, uint64_t value,
		       unsigned int size)
{
	struct fast *fast = (struct fast *)device;

	if (offset < FAST_DATA_SIZE)
		fast->ops->receive(fast->opaque, (const uint8_t *)&value, size);
}

void fast_init(struct fast *fast, uint64_t base)
{
	fast->device = (struct bus_device){ base, FAST_SIZE, fast_read, fast_write };
}
