// SPDX-License-Identifier: MIT
/* Registers and bits by number, as in the 82093AA data sheet. */
#include "arch/x86/ioapic.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define BASE 0xfec00000ULL
#define LEVEL (1U << 15)
#define MASKED (1U << 16)
#define REMOTE_IRR (1U << 14)

/* An IOAPIC and what came out of it. */
struct pins {
	struct ioapic ioapic;
	struct bus bus;
	struct ioapic_message last;
	unsigned int delivered, watches;
	uint32_t watched; /* one bit per pin */
};

static void take_message(void *opaque, const struct ioapic_message *message)
{
	struct pins *pins = opaque;

	pins->last = *message;
	pins->delivered++;
}

static void take_watch(void *opaque, const struct ioapic_message messages[X86_IOAPIC_PINS],
		       const bool watched[X86_IOAPIC_PINS])
{
	struct pins *pins = opaque;

	(void)messages;
	pins->watches++;
	pins->watched = 0;
	for (unsigned int pin = 0; pin < X86_IOAPIC_PINS; pin++)
		pins->watched |= (uint32_t)watched[pin] << pin;
}

static const struct ioapic_ops ops = { take_message, take_watch };

static void open_pins(struct pins *pins)
{
	*pins = (struct pins){ 0 };
	ioapic_init(&pins->ioapic, &ops, pins);
	bus_add(&pins->bus, &pins->ioapic.device);
}

static uint32_t in(struct pins *pins, uint32_t index)
{
	uint32_t value;

	bus_write(&pins->bus, BASE, &index, 4);
	bus_read(&pins->bus, BASE + 0x10, &value, 4);
	return value;
}

static void out(struct pins *pins, uint32_t index, uint32_t value)
{
	bus_write(&pins->bus, BASE, &index, 4);
	bus_write(&pins->bus, BASE + 0x10, &value, 4);
}

static void route(struct pins *pins, unsigned int pin, uint32_t high, uint32_t low)
{
	out(pins, 0x11 + 2 * pin, high);
	out(pins, 0x10 + 2 * pin, low);
}

START_TEST(registers_after_reset)
{
	struct pins pins;

	open_pins(&pins);
	ck_assert_uint_eq(in(&pins, 0), 0);
	ck_assert_uint_eq(in(&pins, 1), 23 << 16 | 0x20);
	ck_assert_uint_eq(in(&pins, 2), 0);
	for (unsigned int pin = 0; pin < 24; pin++) {
		ck_assert_uint_eq(in(&pins, 0x10 + 2 * pin), MASKED);
		ck_assert_uint_eq(in(&pins, 0x11 + 2 * pin), 0);
	}
	ck_assert_uint_eq(in(&pins, 0x40), 0xffffffff);
	ck_assert_uint_eq(in(&pins, 3), 0xffffffff);
	out(&pins, 0, 0xff000000);
	ck_assert_uint_eq(in(&pins, 0), 0x0f000000);
	ck_assert_uint_eq(in(&pins, 2), 0x0f000000);
	out(&pins, 0x40, 0);
	out(&pins, 0xff, 0);
	ck_assert_uint_eq(pins.delivered, 0);
}
END_TEST

START_TEST(select_reads_back)
{
	struct pins pins;
	uint32_t value = 0x2f;

	open_pins(&pins);
	bus_write(&pins.bus, BASE, &value, 4);
	value = 0;
	bus_read(&pins.bus, BASE, &value, 4);
	ck_assert_uint_eq(value, 0x2f);
	bus_read(&pins.bus, BASE + 0x20, &value, 4);
	ck_assert_uint_eq(value, 0xffffffff);
}
END_TEST

START_TEST(entry_keeps_all_but_status)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 5, 0x89abcdef, 0xffffffff);
	ck_assert_uint_eq(in(&pins, 0x11 + 10), 0x89abcdef);
	/* Delivery status and remote IRR are read-only. */
	ck_assert_uint_eq(in(&pins, 0x10 + 10), 0xffffffff & ~(1U << 12 | 1U << 14));
	ck_assert_uint_eq(in(&pins, 0x10 + 8), MASKED);
	ck_assert_uint_eq(in(&pins, 0x10 + 12), MASKED);
}
END_TEST

START_TEST(edge_fires_as_it_rises)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 4, 3U << 24, 0x31);
	ioapic_set(&pins.ioapic, 4, true);
	ck_assert_uint_eq(pins.delivered, 1);
	ck_assert_uint_eq(pins.last.address_lo, 0xfee03000);
	ck_assert_uint_eq(pins.last.address_hi, 0);
	ck_assert_uint_eq(pins.last.data, 0x4031);
	ioapic_set(&pins.ioapic, 4, true);
	ck_assert_uint_eq(pins.delivered, 1);
	ioapic_set(&pins.ioapic, 4, false);
	ck_assert_uint_eq(pins.delivered, 1);
	ioapic_set(&pins.ioapic, 4, true);
	ck_assert_uint_eq(pins.delivered, 2);
	ck_assert_uint_eq(in(&pins, 0x10 + 8), 0x31);
}
END_TEST

START_TEST(masked_edge_is_lost)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 4, 0, MASKED | 0x31);
	ioapic_set(&pins.ioapic, 4, true);
	route(&pins, 4, 0, 0x31);
	ck_assert_uint_eq(pins.delivered, 0);
	ioapic_set(&pins.ioapic, 5, true);
	ck_assert_uint_eq(pins.delivered, 0);
}
END_TEST

START_TEST(level_fires_until_it_falls)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 9, 0, LEVEL | 0x41);
	ioapic_set(&pins.ioapic, 9, true);
	ck_assert_uint_eq(pins.delivered, 1);
	ck_assert_uint_eq(pins.last.data, 0xc041);
	ck_assert_uint_eq(in(&pins, 0x10 + 18), LEVEL | REMOTE_IRR | 0x41);
	ioapic_set(&pins.ioapic, 9, true);
	ck_assert_uint_eq(pins.delivered, 1);
	ioapic_end(&pins.ioapic, 0x42); /* another vector */
	ck_assert_uint_eq(pins.delivered, 1);
	ioapic_end(&pins.ioapic, 0x41); /* still up */
	ck_assert_uint_eq(pins.delivered, 2);
	ioapic_set(&pins.ioapic, 9, false);
	ioapic_end(&pins.ioapic, 0x41);
	ck_assert_uint_eq(pins.delivered, 2);
	ck_assert_uint_eq(in(&pins, 0x10 + 18), LEVEL | 0x41);
	ioapic_set(&pins.ioapic, 9, true);
	ck_assert_uint_eq(pins.delivered, 3);
}
END_TEST

/* The EOI register of version 0x20. */
START_TEST(eoi_register_ends_too)
{
	struct pins pins;
	uint32_t vector = 0x41;

	open_pins(&pins);
	route(&pins, 9, 0, LEVEL | 0x41);
	ioapic_set(&pins.ioapic, 9, true);
	bus_write(&pins.bus, BASE + 0x40, &vector, 4);
	ck_assert_uint_eq(pins.delivered, 2);
}
END_TEST

START_TEST(masked_level_waits)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 9, 0, LEVEL | MASKED | 0x41);
	ioapic_set(&pins.ioapic, 9, true);
	ck_assert_uint_eq(pins.delivered, 0);
	route(&pins, 9, 0, LEVEL | 0x41);
	ck_assert_uint_eq(pins.delivered, 1);
	/* Made edge-triggered, it forgets what it waits for: so Linux ends an interrupt by hand. */
	route(&pins, 9, 0, MASKED | 0x41);
	ck_assert_uint_eq(in(&pins, 0x10 + 18), MASKED | 0x41);
	route(&pins, 9, 0, LEVEL | 0x41);
	ck_assert_uint_eq(pins.delivered, 2);
}
END_TEST

START_TEST(level_pins_are_watched)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 4, 0, 0x31);
	ck_assert_uint_eq(pins.watches, 0);
	route(&pins, 9, 0, LEVEL | 0x41);
	ck_assert_uint_eq(pins.watched, 1U << 9);
	route(&pins, 23, 0, LEVEL | 0x42);
	ck_assert_uint_eq(pins.watched, 1U << 9 | 1U << 23);
	route(&pins, 9, 0, LEVEL | MASKED | 0x41);
	ck_assert_uint_eq(pins.watched, 1U << 23);
	route(&pins, 23, 0, 0x42);
	ck_assert_uint_eq(pins.watched, 0);
}
END_TEST

/* Entries and the messages that they make; api.rst on KVM_CAP_X2APIC_API for the upper half. */
static const struct {
	uint32_t high, low;
	struct ioapic_message message;
} messages[] = {
	{ 0, 0x20, { 0xfee00000, 0, 0x4020 } },
	{ 0xff000000, 0xff, { 0xfeeff000, 0, 0x40ff } },
	{ 0x12000000, 1U << 11 | 0x30, { 0xfee12004, 0, 0x4030 } }, /* logical */
	{ 0x12000000, 1U << 8 | 0x30, { 0xfee12008, 0, 0x4130 } }, /* lowest priority */
	{ 0x12000000, 4U << 8, { 0xfee12000, 0, 0x4400 } }, /* NMI */
	{ 0x34020000, 0x30, { 0xfee34000, 0x100, 0x4030 } }, /* id 0x134 */
	{ 0x34fe0000, 0x30, { 0xfee34000, 0x7f00, 0x4030 } }, /* id 0x7f34 */
	{ 0x0001ffff, 0x30, { 0xfee00000, 0, 0x4030 } }, /* reserved */
};

START_TEST(entry_makes_its_message)
{
	struct pins pins;

	open_pins(&pins);
	route(&pins, 0, messages[_i].high, messages[_i].low);
	ioapic_set(&pins.ioapic, 0, true);
	ck_assert_uint_eq(pins.delivered, 1);
	ck_assert_uint_eq(pins.last.address_lo, messages[_i].message.address_lo);
	ck_assert_uint_eq(pins.last.address_hi, messages[_i].message.address_hi);
	ck_assert_uint_eq(pins.last.data, messages[_i].message.data);
}
END_TEST

Suite *ioapic_suite(void)
{
	const TTest *const tests[] = {
		registers_after_reset,	select_reads_back,   entry_keeps_all_but_status,
		edge_fires_as_it_rises, masked_edge_is_lost, level_fires_until_it_falls,
		eoi_register_ends_too,	masked_level_waits,  level_pins_are_watched,
	};
	Suite *s = suite_create("ioapic");
	TCase *tc = tcase_create("ioapic");

	add_or_skip(tc, tests, COUNT(tests), NULL);
	tcase_add_loop_test(tc, entry_makes_its_message, 0, COUNT(messages));
	suite_add_tcase(s, tc);
	return s;
}
