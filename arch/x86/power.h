/* SPDX-License-Identifier: MIT */
/*
 * The ports through which a guest ends its machine: the ACPI sleep registers (power-off), the reset
 * control register that the FADT names, and the keyboard controller's reset line.
 * It makes no system call; what end() makes is the ending's write(2).
 */
#ifndef ARCH_X86_POWER_H
#define ARCH_X86_POWER_H

#include "vmm/devices/bus.h"

#define POWER_PORTS 3

/* A port and its way back to the others. */
struct power_port {
	struct bus_device device;
	struct power *power;
};

struct power {
	void (*end)(void *opaque, bool reset); /* else the guest is off */
	void *opaque;
	struct power_port ports[POWER_PORTS];
};

/* Puts the ports on @bus. @power has its end() and opaque, and is zeroed otherwise. */
void power_init(struct power *power, struct bus *bus);

#endif
