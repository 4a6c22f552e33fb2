// SPDX-License-Identifier: MIT
/*
 * The IOAPIC by register sequences, devices' pins and EOIs: one thread, or up to four at once that
 * each have a part.
 */
#include "arch/x86/ioapic.h"
#include "tests/fuzz/support.h"

#define LEVEL (1U << 15)
#define MASKED (1U << 16)
#define REMOTE_IRR (1U << 14)
#define MAX_THREADS 4

struct pins {
	struct ioapic ioapic;
	struct bus bus;
	uint32_t watched; /* a bit per pin */
};

struct part {
	struct pins *pins;
	struct bytes bytes;
	pthread_t thread;
};

/* With the IOAPIC's lock held. Intel SDM 3A 11.11. */
static void take_message(void *opaque, const struct ioapic_message *message)
{
	(void)opaque;
	must(message->address_lo >> 20 == 0xfee && !(message->address_hi & 0xff));
	must(message->data & 1U << 14 && !(message->data >> 16));
}

static void take_watch(void *opaque, const struct ioapic_message messages[X86_IOAPIC_PINS],
		       const bool watched[X86_IOAPIC_PINS])
{
	struct pins *pins = opaque;

	pins->watched = 0;
	for (unsigned int pin = 0; pin < X86_IOAPIC_PINS; pin++) {
		must(!watched[pin] || messages[pin].data & 1U << 15);
		pins->watched |= (uint32_t)watched[pin] << pin;
	}
}

static void write_register(struct part *part, uint64_t offset, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value = value << 8 | fuzz_byte(&part->bytes);
	bus_write(&part->pins->bus, X86_IOAPIC + offset, &value, 4);
}

static void access_anywhere(struct part *part, uint8_t op)
{
	uint64_t value = op, at = X86_IOAPIC + fuzz_below(&part->bytes, X86_IOAPIC_SIZE);

	if (op & 1)
		bus_read(&part->pins->bus, at, &value, 1U << (op >> 1 & 3));
	else
		bus_write(&part->pins->bus, at, &value, 1U << (op >> 1 & 3));
}

static void *play(void *opaque)
{
	struct part *part = opaque;
	uint32_t value;

	while (part->bytes.left) {
		uint8_t op = fuzz_byte(&part->bytes);

		switch (op >> 5) {
		case 0:
		case 1:
			write_register(part, 0, 1);
			break;
		case 2:
		case 3:
			write_register(part, 0x10, 4);
			break;
		case 4:
			bus_read(&part->pins->bus, X86_IOAPIC + 0x10, &value, 4);
			break;
		case 5:
			ioapic_end(&part->pins->ioapic, fuzz_byte(&part->bytes));
			break;
		case 6:
			ioapic_set(&part->pins->ioapic, (op & 15) + (op & 8), op & 16);
			break;
		default:
			access_anywhere(part, op);
		}
	}
	return NULL;
}

static uint32_t entry_of(struct pins *pins, unsigned int pin)
{
	uint32_t index = 0x10 + 2 * pin, value;

	bus_write(&pins->bus, X86_IOAPIC, &index, 4);
	bus_read(&pins->bus, X86_IOAPIC + 0x10, &value, 4);
	return value;
}

/* No interrupt is lost, and KVM has been told of the pins whose end it is to tell. */
static void check_pins(struct pins *pins)
{
	for (unsigned int pin = 0; pin < X86_IOAPIC_PINS; pin++) {
		uint32_t entry = entry_of(pins, pin);
		bool open = (entry & (LEVEL | MASKED)) == LEVEL;

		must(!open || !(pins->ioapic.levels >> pin & 1) || entry & REMOTE_IRR);
		must(entry & LEVEL || !(entry & REMOTE_IRR));
		must((pins->watched >> pin & 1) == open);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ioapic_ops ops = { take_message, take_watch };
	struct pins pins = { .watched = 0 };
	struct bytes bytes = { data, size };
	struct part parts[MAX_THREADS];
	unsigned int nr = 1 + fuzz_byte(&bytes) % MAX_THREADS;

	ioapic_init(&pins.ioapic, &ops, &pins);
	bus_add(&pins.bus, &pins.ioapic.device);
	for (unsigned int i = 0; i < nr; i++) {
		parts[i] = (struct part){ &pins, { bytes.at, bytes.left / (nr - i) }, 0 };
		bytes.at += parts[i].bytes.left;
		bytes.left -= parts[i].bytes.left;
	}
	for (unsigned int i = 1; i < nr; i++)
		must(!pthread_create(&parts[i].thread, NULL, play, &parts[i]));
	play(&parts[0]);
	for (unsigned int i = 1; i < nr; i++)
		pthread_join(parts[i].thread, NULL);
	check_pins(&pins);
	return 0;
}
