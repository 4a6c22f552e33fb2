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

static struct power *power_of(struct bus_device *device)
{
	return ((struct power_port *)device)->power;
}

static void write_sleep(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct power *power = power_of(device);

	(void)size;
	if (!offset && value & SLEEP_ENABLE && SLEEP_TYPE(value) == X86_S5_TYPE)
		power->ops->power_off(power->opaque);
}

static void write_reset(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct power *power = power_of(device);

	(void)offset;
	(void)size;
	if (value & RESET_CPU)
		power->ops->reset(power->opaque);
}

/* An idle controller without a keyboard, so that nobody waits for it before a reset. */
static void write_i8042(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct power *power = power_of(device);

	(void)offset;
	(void)size;
	if ((value & 0xff) == X86_I8042_RESET)
		power->ops->reset(power->opaque);
}

static const struct bus_device ports[POWER_PORTS] = {
	{ X86_SLEEP_CONTROL, 2, read_zero, write_sleep }, /* with X86_SLEEP_STATUS */
	{ X86_RESET_CONTROL, 1, read_zero, write_reset },
	{ X86_I8042_COMMAND, 1, read_zero, write_i8042 },
};

void power_init(struct power *power, struct bus *bus, const struct power_ops *ops, void *opaque)
{
	power->ops = ops;
	power->opaque = opaque;
	for (unsigned int i = 0; i < POWER_PORTS; i++) {
		power->ports[i] = (struct power_port){ ports[i], power };
		bus_add(bus, &power->ports[i].device);
	}
}
