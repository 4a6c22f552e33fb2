// SPDX-License-Identifier: MIT
#include "arch/x86/io_check.h"

#include "arch/x86/platform.h"

#define IOCHK 0x40 /* arch/x86/include/asm/mach_traps.h, NMI_REASON_IOCHK */

static uint64_t read_reason(struct bus_device *device, uint64_t offset, unsigned int size)
{
	const struct io_check *check = (const struct io_check *)device;

	(void)offset;
	(void)size;
	return atomic_load(&check->set) ? IOCHK : UINT64_MAX;
}

static void ignore(struct bus_device *device, uint64_t offset, uint64_t value, unsigned int size)
{
	(void)device;
	(void)offset;
	(void)value;
	(void)size;
}

void io_check_init(struct io_check *check, struct bus *bus)
{
	check->device = (struct bus_device){ X86_NMI_REASON, 1, read_reason, ignore };
	bus_add(bus, &check->device);
}
