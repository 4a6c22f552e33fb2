// SPDX-License-Identifier: MIT
#include "arch/x86/ioapic.h"

#include <string.h>

#define REG_SELECT 0x00
#define REG_WINDOW 0x10
#define REG_EOI 0x40

#define INDEX_ID 0
#define INDEX_VERSION 1
#define INDEX_ARBITRATION 2
#define INDEX_ENTRIES 0x10 /* two 32-bit halves each */

#define VERSION 0x20

#define ENTRY_VECTOR 0xffULL
#define ENTRY_DELIVERY_SHIFT 8
#define ENTRY_LOGICAL (1ULL << 11)
#define ENTRY_STATUS (1ULL << 12)
#define ENTRY_REMOTE_IRR (1ULL << 14)
#define ENTRY_LEVEL (1ULL << 15)
#define ENTRY_MASKED (1ULL << 16)
#define ENTRY_READ_ONLY (ENTRY_STATUS | ENTRY_REMOTE_IRR)
#define ENTRY_DEST_SHIFT 56
#define ENTRY_EXT_DEST_SHIFT 49 /* seven more bits, Linux's virt_destid_8_14 */

#define MSI_ADDRESS 0xfee00000U
#define MSI_LOGICAL (1U << 2)
#define MSI_REDIRECT (1U << 3)
#define MSI_DEST_SHIFT 12
#define MSI_LEVEL (1U << 15)
#define MSI_ASSERT (1U << 14)
#define DELIVERY_LOWEST 1

/*
 * KVM takes the destination's upper 24 bits in the upper half of the address
 * (Documentation/virt/kvm/api.rst, KVM_CAP_X2APIC_API).
 */
static struct ioapic_message message_of(uint64_t entry)
{
	uint32_t dest = entry >> ENTRY_DEST_SHIFT | (entry >> ENTRY_EXT_DEST_SHIFT & 0x7f) << 8;
	uint32_t delivery = entry >> ENTRY_DELIVERY_SHIFT & 7;

	return (struct ioapic_message){
		.address_lo = MSI_ADDRESS | (dest & 0xff) << MSI_DEST_SHIFT |
			      (entry & ENTRY_LOGICAL ? MSI_LOGICAL : 0) |
			      (delivery == DELIVERY_LOWEST ? MSI_REDIRECT : 0),
		.address_hi = dest & ~0xffU,
		.data = (entry & ENTRY_VECTOR) | delivery << 8 | MSI_ASSERT |
			(entry & ENTRY_LEVEL ? MSI_LEVEL : 0),
	};
}

static void fire(struct ioapic *ioapic, unsigned int pin)
{
	struct ioapic_message message = message_of(ioapic->entries[pin]);

	if (ioapic->entries[pin] & ENTRY_LEVEL)
		ioapic->entries[pin] |= ENTRY_REMOTE_IRR;
	ioapic->ops->deliver(ioapic->opaque, &message);
}

/* A level-triggered pin fires once for each EOI while its line is up. */
static void fire_level(struct ioapic *ioapic, unsigned int pin)
{
	uint64_t entry = ioapic->entries[pin];

	if (entry & ENTRY_LEVEL && !(entry & (ENTRY_MASKED | ENTRY_REMOTE_IRR)) &&
	    ioapic->levels & 1U << pin)
		fire(ioapic, pin);
}

static void update_watch(struct ioapic *ioapic)
{
	struct ioapic_message messages[X86_IOAPIC_PINS];
	bool watched[X86_IOAPIC_PINS];

	for (unsigned int pin = 0; pin < X86_IOAPIC_PINS; pin++) {
		uint64_t entry = ioapic->entries[pin];

		messages[pin] = message_of(entry);
		watched[pin] = (entry & (ENTRY_LEVEL | ENTRY_MASKED)) == ENTRY_LEVEL;
	}
	ioapic->ops->watch(ioapic->opaque, messages, watched);
}

/* Becoming edge-triggered ends what a level-triggered pin waits for, as Linux relies on. */
static void write_entry(struct ioapic *ioapic, unsigned int pin, unsigned int shift, uint32_t value)
{
	uint64_t old = ioapic->entries[pin], mask = 0xffffffffULL << shift;
	uint64_t entry = (old & ~mask) | (uint64_t)value << shift;

	entry = (entry & ~ENTRY_READ_ONLY) | (old & ENTRY_READ_ONLY);
	if (!(entry & ENTRY_LEVEL))
		entry &= ~ENTRY_REMOTE_IRR;
	ioapic->entries[pin] = entry;
	if (entry != old && (old | entry) & ENTRY_LEVEL)
		update_watch(ioapic);
	fire_level(ioapic, pin);
}

static uint32_t read_index(const struct ioapic *ioapic)
{
	unsigned int half = ioapic->select - INDEX_ENTRIES;

	switch (ioapic->select) {
	case INDEX_ID:
	case INDEX_ARBITRATION:
		return ioapic->id << 24;
	case INDEX_VERSION:
		return (X86_IOAPIC_PINS - 1) << 16 | VERSION;
	}
	if (ioapic->select < INDEX_ENTRIES || half >= 2 * X86_IOAPIC_PINS)
		return ~0U;
	return ioapic->entries[half / 2] >> (half % 2 * 32);
}

static void write_index(struct ioapic *ioapic, uint32_t value)
{
	unsigned int half = ioapic->select - INDEX_ENTRIES;

	if (ioapic->select == INDEX_ID)
		ioapic->id = value >> 24 & 0xf;
	else if (ioapic->select >= INDEX_ENTRIES && half < 2 * X86_IOAPIC_PINS)
		write_entry(ioapic, half / 2, half % 2 * 32, value);
}

static void end_vector(struct ioapic *ioapic, uint8_t vector)
{
	for (unsigned int pin = 0; pin < X86_IOAPIC_PINS; pin++) {
		uint64_t *entry = &ioapic->entries[pin];

		if ((*entry & ENTRY_VECTOR) != vector || !(*entry & ENTRY_REMOTE_IRR))
			continue;
		*entry &= ~ENTRY_REMOTE_IRR;
		fire_level(ioapic, pin);
	}
}

static uint64_t ioapic_read(struct bus_device *device, uint64_t offset, unsigned int size)
{
	struct ioapic *ioapic = (struct ioapic *)device;
	uint64_t value = ~0ULL;

	(void)size;
	pthread_mutex_lock(&ioapic->lock);
	if (offset == REG_SELECT)
		value = ioapic->select;
	else if (offset == REG_WINDOW)
		value = read_index(ioapic);
	pthread_mutex_unlock(&ioapic->lock);
	return value;
}

static void ioapic_write(struct bus_device *device, uint64_t offset, uint64_t value,
			 unsigned int size)
{
	struct ioapic *ioapic = (struct ioapic *)device;

	(void)size;
	pthread_mutex_lock(&ioapic->lock);
	if (offset == REG_SELECT)
		ioapic->select = value;
	else if (offset == REG_WINDOW)
		write_index(ioapic, value);
	else if (offset == REG_EOI)
		end_vector(ioapic, value);
	pthread_mutex_unlock(&ioapic->lock);
}

void ioapic_init(struct ioapic *ioapic, const struct ioapic_ops *ops, void *opaque)
{
	ioapic->device =
		(struct bus_device){ X86_IOAPIC, X86_IOAPIC_SIZE, ioapic_read, ioapic_write };
	ioapic->ops = ops;
	ioapic->opaque = opaque;
	for (unsigned int pin = 0; pin < X86_IOAPIC_PINS; pin++)
		ioapic->entries[pin] = ENTRY_MASKED;
	pthread_mutex_init(&ioapic->lock, NULL);
}

void ioapic_set(struct ioapic *ioapic, unsigned int pin, bool level)
{
	uint32_t bit = 1U << pin;

	pthread_mutex_lock(&ioapic->lock);
	if (level && !(ioapic->levels & bit) &&
	    !(ioapic->entries[pin] & (ENTRY_LEVEL | ENTRY_MASKED)))
		fire(ioapic, pin);
	ioapic->levels = level ? ioapic->levels | bit : ioapic->levels & ~bit;
	fire_level(ioapic, pin);
	pthread_mutex_unlock(&ioapic->lock);
}

void ioapic_end(struct ioapic *ioapic, uint8_t vector)
{
	pthread_mutex_lock(&ioapic->lock);
	end_vector(ioapic, vector);
	pthread_mutex_unlock(&ioapic->lock);
}
