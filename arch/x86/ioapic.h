/* SPDX-License-Identifier: MIT */
/*
 * The machine's IOAPIC, ours because the irqchip is split: KVM keeps the local APICs, and what the
 * pins do goes to them as messages. Source: Intel 82093AA data sheet; its EOI register is that of
 * version 0x20. Devices set pins from any thread. Its system calls:
 * ioctl(2) with KVM_SIGNAL_MSI and KVM_SET_GSI_ROUTING.
 */
#ifndef ARCH_X86_IOAPIC_H
#define ARCH_X86_IOAPIC_H

#include <pthread.h>

#include "arch/x86/platform.h"
#include "vmm/devices/bus.h"

/* A message to the local APICs, as the guest's redirection entry says it. */
struct ioapic_message {
	uint32_t address_lo;
	uint32_t address_hi;
	uint32_t data;
};

/* The world around it; called with its lock held. */
struct ioapic_ops {
	void (*deliver)(void *opaque, const struct ioapic_message *message);
	/* The unmasked level-triggered pins are new: KVM must tell of their EOIs. */
	void (*watch)(void *opaque, const struct ioapic_message messages[X86_IOAPIC_PINS],
		      const bool watched[X86_IOAPIC_PINS]);
};

struct ioapic {
	struct bus_device device;
	const struct ioapic_ops *ops;
	void *opaque;
	pthread_mutex_t lock;
	uint8_t select;
	uint8_t id;
	uint32_t levels; /* a bit per pin */
	uint64_t entries[X86_IOAPIC_PINS];
};

/* @ioapic is zeroed. All pins are masked, as after a reset. */
void ioapic_init(struct ioapic *ioapic, const struct ioapic_ops *ops, void *opaque);

/* Sets pin @pin: an edge-triggered one fires as it rises, a level-triggered one until it falls. */
void ioapic_set(struct ioapic *ioapic, unsigned int pin, bool level);

/* A local APIC has ended @vector: level-triggered pins of it may fire again. */
void ioapic_end(struct ioapic *ioapic, uint8_t vector);

#endif
