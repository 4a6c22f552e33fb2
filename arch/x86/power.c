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

static void end(struct bus_device *device, bool reset)
{
	struct power *power = ((struct power_port *)device)->power;

	power->end(power->opaque, reset);
}

static void write_sleep(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	(void)size;
	if (!offset && value & SLEEP_ENABLE && SLEEP_TYPE(value) == X86_S5_TYPE)
		end(device, false);
}

static void write_reset(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	(void)offset;
	(void)size;
	if (value & RESET_CPU)
		end(device, true);
}

/* An idle controller without a keyboard, so that nobody waits for it before a reset. */
static void write_i8042(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	(void)offset;
	(void)size;
	if ((value & 0xff) == X86_I8042_RESET)
		end(device, true);
}

static const struct bus_device ports[POWER_PORTS] = {
	{ X86_SLEEP_CONTROL, 2, read_zero, write_sleep }, /* with X86_SLEEP_STATUS */
	{ X86_RESET_CONTROL, 1, read_zero, write_reset },
	{ X86_I8042_COMMAND, 1, read_zero, write_i8042 },
};

void power_init(struct power *power, struct bus *bus)
{
	for (unsigned int i = 0; i < POWER_PORTS; i++) {
		power->ports[i] = (struct power_port){ ports[i], power };
		bus_add(bus, &power->ports[i].device);
	}
}
