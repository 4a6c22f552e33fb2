// SPDX-License-Identifier: MIT
#include "arch/x86/power.h"

#include "arch/x86/platform.h"

/* ACPI 6.5 4.8.3.7, Sleep Control Register. */
#define SLEEP_TYPE(value) ((value) >> 2 & 7)
#define SLEEP_ENABLE (1U << 5)

#define RESET_CPU (1U << 2) /* of the reset control register */

/* The ports behind one another that @device stands for read as if nothing ever happened. */
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

static void add_port(struct power *power, struct power_port *port, struct bus *bus, uint64_t base,
		     uint64_t size,
		     void (*write)(struct bus_device *, uint64_t, uint64_t, unsigned int))
{
	port->device = (struct bus_device){ base, size, read_zero, write };
	port->power = power;
	bus_add(bus, &port->device);
}

void power_init(struct power *power, struct bus *bus, const struct power_ops *ops, void *opaque)
{
	power->ops = ops;
	power->opaque = opaque;
	add_port(power, &power->sleep, bus, X86_SLEEP_CONTROL, 2, write_sleep);
	add_port(power, &power->reset, bus, X86_RESET_CONTROL, 1, write_reset);
	add_port(power, &power->i8042, bus, X86_I8042_COMMAND, 1, write_i8042);
}
