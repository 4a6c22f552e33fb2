/* SPDX-License-Identifier: MIT */
/*
 * An address space of devices: I/O ports, or MMIO. Devices are embedded in the VM, are put on it by
 * the arch before the vCPUs run, and are never taken off; so accesses need no lock here. Each
 * device has its own.
 */
#ifndef VMM_DEVICES_BUS_H
#define VMM_DEVICES_BUS_H

#include <stdbool.h>
#include <stdint.h>

#define BUS_MAX_DEVICES 64

struct bus_device {
	uint64_t base;
	uint64_t size;
	/* @offset from base; @size 1, 2, 4 or 8 bytes, all of them within the device. */
	uint64_t (*read)(struct bus_device *device, uint64_t offset, unsigned int size);
	void (*write)(struct bus_device *device, uint64_t offset, uint64_t value,
		      unsigned int size);
};

struct vm;

/* A line of the interrupt controller's, as the device has it that raises it. */
struct irq_line {
	void (*set)(struct vm *vm, unsigned int line, bool level); /* arch_irq() */
	struct vm *vm;
	unsigned int line;
};

struct bus {
	struct bus_device *devices[BUS_MAX_DEVICES];
	unsigned int nr;
};

/* Asserts that there is room and that @device overlaps no other. */
void bus_add(struct bus *bus, struct bus_device *device);

/* An access of the guest's at @address. What nobody claims reads as all ones. */
void bus_read(struct bus *bus, uint64_t address, void *data, unsigned int size);
void bus_write(struct bus *bus, uint64_t address, const void *data, unsigned int size);

#endif
