// SPDX-License-Identifier: MIT
#include "arch/acpi/fadt.h"

#include "arch/x86/acpi.h"
#include "arch/x86/platform.h"

/* ACPI 6.5 table 5.11. No legacy devices and no 8042: the bits that say so are clear. */
#define BOOT_VGA_NOT_PRESENT (1U << 2)
#define BOOT_CMOS_RTC_NOT_PRESENT (1U << 5)

static struct acpi_address io_byte(uint16_t port)
{
	return (struct acpi_address){ ACPI_SPACE_IO, 8, 0, ACPI_ACCESS_BYTE, port };
}

void acpi_add_fadt(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin(tables, "FACP", 6);
	const struct acpi_fadt fadt = {
		.preferred_pm_profile = ACPI_PROFILE_ENTERPRISE_SERVER,
		.iapc_boot_arch = BOOT_VGA_NOT_PRESENT | BOOT_CMOS_RTC_NOT_PRESENT,
		.flags = ACPI_FADT_WBINVD | ACPI_FADT_PWR_BUTTON | ACPI_FADT_SLP_BUTTON |
			 ACPI_FADT_RESET_REG_SUP | ACPI_FADT_HW_REDUCED,
		.reset_reg = io_byte(X86_RESET_CONTROL),
		.reset_value = X86_RESET_VALUE,
		.minor_version = 5,
		.sleep_control_reg = io_byte(X86_SLEEP_CONTROL),
		.sleep_status_reg = io_byte(X86_SLEEP_STATUS),
		.hypervisor_vendor = "numavm",
	};

	(void)m;
	blob_add(blob, &fadt.header + 1, sizeof(fadt) - sizeof(fadt.header));
	acpi_end(tables);
}
