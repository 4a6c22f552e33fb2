// SPDX-License-Identifier: MIT
/* reset_acpi: ends by the reset register that the FADT declares. */
#include "guest.h"

void guest_main(void)
{
	const struct gas *reset =
		fadt_register(116); /* ACPI 6.5 table 5.9: RESET_REG, then RESET_VALUE */

	put("reset_acpi\n");
	gas_write(reset, *(const uint8_t *)(reset + 1));
	fail("still running after the reset register", reset->address);
}
