// SPDX-License-Identifier: MIT
#include "arch/arm64/platform.h"
#include "vmm/devices/serial.h"

const struct device arm64_devices[MACHINE_MAX_DEVICES] = {
	{ "serial", 0, "ns16550a", 0x09000000, SERIAL_REGISTERS, 33 },
	{ "serial", 0, "ns16550a", 0x09010000, SERIAL_REGISTERS, 34 },
};
