/* SPDX-License-Identifier: MIT */
/*
 * The FADT's bytes, ACPI 6.5 5.2.9. An architecture's builder fills it in but for x_dsdt, which is
 * acpi_place()'s.
 */
#ifndef ARCH_ACPI_FADT_H
#define ARCH_ACPI_FADT_H

#include "arch/acpi/acpi.h"

/* ACPI 6.5 table 5.1, Generic Address Structure. */
struct acpi_address {
	uint8_t space;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_size;
	uint64_t address;
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_address) == 12, "ACPI 6.5 table 5.1");

#define ACPI_SPACE_IO 1
#define ACPI_ACCESS_BYTE 1

/* ACPI 6.5 table 5.9; what a hardware-reduced machine ignores stays zero. */
struct acpi_fadt {
	struct acpi_header header;
	uint32_t firmware_ctrl;
	uint32_t dsdt;
	uint8_t reserved;
	uint8_t preferred_pm_profile;
	uint8_t ignored[62];
	uint8_t rtc_century;
	uint16_t iapc_boot_arch;
	uint8_t reserved2;
	uint32_t flags;
	struct acpi_address reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor_version;
	uint64_t x_firmware_ctrl;
	uint64_t x_dsdt;
	uint8_t ignored2[96];
	struct acpi_address sleep_control_reg;
	struct acpi_address sleep_status_reg;
	uint8_t hypervisor_vendor[8];
} __attribute__((packed));
_Static_assert(sizeof(struct acpi_fadt) == 276, "ACPI 6.5 table 5.9");

#define ACPI_PROFILE_ENTERPRISE_SERVER 4

/* ACPI 6.5 table 5.10. */
#define ACPI_FADT_WBINVD (1U << 0)
#define ACPI_FADT_PWR_BUTTON (1U << 4) /* none of the fixed kind */
#define ACPI_FADT_SLP_BUTTON (1U << 5) /* none of the fixed kind */
#define ACPI_FADT_RESET_REG_SUP (1U << 10)
#define ACPI_FADT_HW_REDUCED (1U << 20)

#endif
