// SPDX-License-Identifier: MIT
#include "arch/x86/platform.h"
#include "vmm/devices/serial.h"

#define PNP0501 0x0105d041 /* a 16550A, as an EISA id */

const struct device x86_devices[MACHINE_MAX_DEVICES] = {
	{ "COM1", PNP0501, NULL, 0x3f8, SERIAL_REGISTERS, 4 },
	{ "COM2", PNP0501, NULL, 0x2f8, SERIAL_REGISTERS, 3 },
};
