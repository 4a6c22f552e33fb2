// SPDX-License-Identifier: MIT
/* The port that says why an NMI came. */
#include "arch/x86/io_check.h"
#include "arch/x86/platform.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(reason_is_told)
{
	struct io_check check = { 0 };
	struct bus bus = { 0 };
	uint8_t reason = 0;

	io_check_init(&check, &bus);
	bus_read(&bus, X86_NMI_REASON, &reason, 1);
	ck_assert_uint_eq(reason, 0xff);
	check.set = true;
	bus_read(&bus, X86_NMI_REASON, &reason, 1);
	ck_assert_uint_eq(reason, 0x40);
	/* The kernel clears it, and finds it set by the next CPU's. */
	bus_write(&bus, X86_NMI_REASON, &(uint8_t){ 0x0c }, 1);
	bus_read(&bus, X86_NMI_REASON, &reason, 1);
	ck_assert_uint_eq(reason, 0x40);
}
END_TEST

Suite *io_check_suite(void)
{
	Suite *s = suite_create("io_check");
	TCase *tc = tcase_create("io_check");

	tcase_add_test(tc, reason_is_told);
	suite_add_tcase(s, tc);
	return s;
}
