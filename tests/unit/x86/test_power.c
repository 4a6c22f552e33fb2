// SPDX-License-Identifier: MIT
#include "arch/x86/power.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

struct ends {
	unsigned int offs, resets;
};

static void end(void *opaque, bool reset)
{
	struct ends *ends = opaque;

	ends->offs += !reset;
	ends->resets += reset;
}

/*
 * What is written where, and what comes of it. ACPI 6.5 4.8.3.7: SLP_TYP in bits 2-4, SLP_EN bit 5.
 */
static const struct {
	uint16_t port;
	uint8_t value;
	unsigned int offs, resets;
} writes[] = {
	{ 0x600, 5 << 2 | 1 << 5, 1, 0 },
	{ 0x600, 5 << 2, 0, 0 }, /* not enabled */
	{ 0x600, 4 << 2 | 1 << 5, 0, 0 }, /* another sleep state */
	{ 0x600, 0xff, 0, 0 },
	{ 0x601, 5 << 2 | 1 << 5, 0, 0 }, /* the status register */
	{ 0xcf9, 0x06, 0, 1 },
	{ 0xcf9, 0x02, 0, 0 }, /* chosen, not done yet */
	{ 0xcf9, 0x0e, 0, 1 },
	{ 0x64, 0xfe, 0, 1 },
	{ 0x64, 0xff, 0, 0 },
	{ 0x64, 0xfc, 0, 0 },
	{ 0x60, 0xfe, 0, 0 },
	{ 0x80, 0xfe, 0, 0 },
};

START_TEST(port_ends_the_machine)
{
	struct ends ends = { 0 };
	struct bus bus = { 0 };
	struct power power = { .end = end, .opaque = &ends };

	power_init(&power, &bus);
	bus_write(&bus, writes[_i].port, &writes[_i].value, 1);
	ck_assert_uint_eq(ends.offs, writes[_i].offs);
	ck_assert_uint_eq(ends.resets, writes[_i].resets);
}
END_TEST

/* Nobody waits for them: the controller is idle, the woken bit clear. */
START_TEST(ports_read_idle)
{
	static const uint16_t ports[] = { 0x600, 0x601, 0xcf9, 0x64 };
	struct ends ends = { 0 };
	struct bus bus = { 0 };
	struct power power = { .end = end, .opaque = &ends };
	uint8_t value;

	power_init(&power, &bus);
	for (unsigned int i = 0; i < COUNT(ports); i++) {
		bus_read(&bus, ports[i], &value, 1);
		ck_assert_uint_eq(value, 0);
	}
	bus_read(&bus, 0x60, &value, 1);
	ck_assert_uint_eq(value, 0xff);
	ck_assert(!ends.offs && !ends.resets);
}
END_TEST

Suite *power_suite(void)
{
	Suite *s = suite_create("power");
	TCase *tc = tcase_create("power");

	tcase_add_loop_test(tc, port_ends_the_machine, 0, COUNT(writes));
	tcase_add_test(tc, ports_read_idle);
	suite_add_tcase(s, tc);
	return s;
}
