/* SPDX-License-Identifier: MIT */
/*
 * The devices that a machine may have: an architecture has one const table of them, from which the
 * machine file puts them on their bus, and the DSDT and the device tree declare them. Row 0 is the
 * console's serial port; which of the others a machine has is in struct machine.
 *
 * All of them are serial ports of the 16550A kind so far, row i the guest's ttyS<i>.
 */
#ifndef ARCH_DEVICE_H
#define ARCH_DEVICE_H

#include <stdint.h>

#include "mem/machine.h"

struct device {
	const char *name; /* in the DSDT, four characters; in the device tree, before the @ */
	uint32_t acpi_id; /* an EISA id, ACPI 6.5 6.1.5 */
	const char *compatible;
	uint64_t base; /* an I/O port on x86, else an address */
	uint64_t size;
	unsigned int irq; /* as arch_irq() takes it */
};

struct bus;
struct vm;

/*
 * Puts those of @table that the machine has on @bus and connects them to the interrupt controller;
 * and the fast port, where a command runs. These ports have their ops. Called by arch_vm_init().
 */
void device_add_all(struct vm *vm, const struct device table[MACHINE_MAX_DEVICES], struct bus *bus);

#endif
