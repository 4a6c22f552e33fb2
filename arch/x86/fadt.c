// SPDX-License-Identifier: MIT
#include "arch/x86/acpi.h"
#include "arch/x86/platform.h"

/* ACPI 6.5 table 5.1, Generic Address Structure. */
struct address {
	uint8_t space;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access_size;
	uint64_t address;
} __attribute__((packed));
_Static_assert(sizeof(struct address) == 12, "ACPI 6.5 table 5.1");

#define SPACE_IO 1
#define ACCESS_BYTE 1

/*
 * ACPI 6.5 table 5.9. What a hardware-reduced machine ignores stays zero; x_dsdt is acpi_place()'s.
 */
struct fadt {
	struct acpi_header header;
	uint8_t ignored[9];
	uint8_t preferred_pm_profile;
	uint8_t ignored2[63];
	uint16_t iapc_boot_arch;
	uint8_t reserved;
	uint32_t flags;
	struct address reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor_version;
	uint64_t x_firmware_ctrl;
	uint64_t x_dsdt;
	uint8_t ignored3[96];
	struct address sleep_control_reg;
	struct address sleep_status_reg;
	uint8_t hypervisor_vendor[8];
} __attribute__((packed));
_Static_assert(sizeof(struct fadt) == 276, "ACPI 6.5 table 5.9");

#define PROFILE_ENTERPRISE_SERVER 4

/* ACPI 6.5 table 5.10. */
#define FADT_WBINVD (1U << 0)
#define FADT_PWR_BUTTON (1U << 4) /* none of the fixed kind */
#define FADT_SLP_BUTTON (1U << 5) /* none of the fixed kind */
#define FADT_RESET_REG_SUP (1U << 10)
#define FADT_HW_REDUCED (1U << 20)

/* ACPI 6.5 table 5.11. No legacy devices and no 8042: the bits that say so are clear. */
#define BOOT_VGA_NOT_PRESENT (1U << 2)
#define BOOT_CMOS_RTC_NOT_PRESENT (1U << 5)

static struct address io_byte(uint16_t port)
{
	return (struct address){ SPACE_IO, 8, 0, ACCESS_BYTE, port };
}

void acpi_add_fadt(struct acpi_tables *tables, const struct machine *m)
{
	struct blob *blob = acpi_begin(tables, "FACP", 6);
	const struct fadt fadt = {
		.preferred_pm_profile = PROFILE_ENTERPRISE_SERVER,
		.iapc_boot_arch = BOOT_VGA_NOT_PRESENT | BOOT_CMOS_RTC_NOT_PRESENT,
		.flags = FADT_WBINVD | FADT_PWR_BUTTON | FADT_SLP_BUTTON | FADT_RESET_REG_SUP |
			 FADT_HW_REDUCED,
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
