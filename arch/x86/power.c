// SPDX-License-Identifier: MIT
#include "arch/x86/power.h"

#include "arch/x86/platform.h"

/* ACPI 6.5 4.8.3.7, Sleep Control Register. */
#define SLEEP_TYPE(value) ((value) >> 2 & 7)
#define SLEEP_ENABLE (1U << 5)

#define RESET_CPU (1U << 2) /* of the reset control register */

/* Reads return 0: nothing is pending, nothing is busy. */
static uint64_t read_zero(struct bus_device *device, uint64_t offset, unsigned int size)
{
	(void)device;
	(void)offset;
	(void)size;
	return 0;
}

static void power_write(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct power *power = ((struct power_port *)device)->power;

	(void)size;
	switch (device->base + offset) {
	case X86_SLEEP_CONTROL:
		if (value & SLEEP_ENABLE && SLEEP_TYPE(value) == X86_S5_TYPE)
			power->end(power->opaque, false);
		break;
	case X86_RESET_CONTROL:
		if (value & RESET_CPU)
			power->end(power->opaque, true);
		break;
	case X86_I8042_COMMAND:
		if ((value & 0xff) == X86_I8042_RESET)
			power->end(power->opaque, true);
	}
}

/* The i8042 is an idle one without a keyboard, so that nobody waits for it before a reset. */
static const struct bus_device ports[POWER_PORTS] = {
	{ X86_SLEEP_CONTROL, 2, read_zero, power_write }, /* with X86_SLEEP_STATUS */
	{ X86_RESET_CONTROL, 1, read_zero, power_write },
	{ X86_I8042_COMMAND, 1, read_zero, power_write },
};

void power_init(struct power *power, struct bus *bus)
{
	for (unsigned int i = 0; i < POWER_PORTS; i++) {
		power->ports[i] = (struct power_port){ ports[i], power };
		bus_add(bus, &power->ports[i].device);
	}
}
