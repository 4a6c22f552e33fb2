// SPDX-License-Identifier: MIT
#include "vmm/devices/bus.h"

#include <assert.h>
#include <string.h>

void bus_add(struct bus *bus, struct bus_device *device)
{
	assert(bus->nr < BUS_MAX_DEVICES);
	for (unsigned int i = 0; i < bus->nr; i++)
		assert(device->base >= bus->devices[i]->base + bus->devices[i]->size ||
		       bus->devices[i]->base >= device->base + device->size);
	bus->devices[bus->nr++] = device;
}

static struct bus_device *find(const struct bus *bus, uint64_t address, unsigned int size)
{
	for (unsigned int i = 0; i < bus->nr; i++) {
		struct bus_device *device = bus->devices[i];

		if (address >= device->base && address - device->base < device->size &&
		    size <= device->size - (address - device->base))
			return device;
	}
	return NULL;
}

void bus_read(struct bus *bus, uint64_t address, void *data, unsigned int size)
{
	struct bus_device *device = find(bus, address, size);
	uint64_t value = ~0ULL;

	if (device)
		value = device->read(device, address - device->base, size);
	memcpy(data, &value, size);
}

void bus_write(struct bus *bus, uint64_t address, const void *data, unsigned int size)
{
	struct bus_device *device = find(bus, address, size);
	uint64_t value = 0;

	memcpy(&value, data, size);
	if (device)
		device->write(device, address - device->base, value, size);
}
