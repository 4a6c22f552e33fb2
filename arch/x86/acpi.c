// SPDX-License-Identifier: MIT
#include "arch/x86/acpi.h"

#include <string.h>

#include "arch/x86/apic_id.h"
#include "arch/x86/platform.h"

#define PAGE 4096

/* ACPI 6.5 table 5.4. */
struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));
_Static_assert(sizeof(struct header) == ACPI_HEADER_SIZE, "ACPI 6.5 table 5.4");

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

/* ACPI 6.5 table 5.9, FADT; what a hardware-reduced machine ignores stays zero. */
struct fadt {
	struct header header;
	uint32_t firmware_ctrl;
	uint32_t dsdt;
	uint8_t reserved;
	uint8_t preferred_pm_profile;
	uint8_t ignored[62];
	uint8_t rtc_century;
	uint16_t iapc_boot_arch;
	uint8_t reserved2;
	uint32_t flags;
	struct address reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor_version;
	uint64_t x_firmware_ctrl;
	uint64_t x_dsdt;
	uint8_t ignored2[96];
	struct address sleep_control_reg;
	struct address sleep_status_reg;
	uint64_t hypervisor_vendor;
} __attribute__((packed));
_Static_assert(sizeof(struct fadt) == 276, "ACPI 6.5 table 5.9");

#define FADT_WBINVD (1U << 0)
#define FADT_PWR_BUTTON (1U << 4) /* none of the fixed kind */
#define FADT_SLP_BUTTON (1U << 5) /* none of the fixed kind */
#define FADT_RESET_REG_SUP (1U << 10)
#define FADT_HW_REDUCED (1U << 20)

/* ACPI 6.5 table 5.11. No legacy devices and no 8042: the bits that say so are clear. */
#define BOOT_VGA_NOT_PRESENT (1U << 2)
#define BOOT_CMOS_RTC_NOT_PRESENT (1U << 5)

#define PROFILE_ENTERPRISE_SERVER 4

/* ACPI 6.5 table 5.19, MADT, and its entries in tables 5.21, 5.24, 5.28, 5.34 and 5.36. */
#define MADT_LOCAL_APIC 0
#define MADT_IO_APIC 1
#define MADT_LOCAL_APIC_NMI 4
#define MADT_LOCAL_X2APIC 9
#define MADT_LOCAL_X2APIC_NMI 10
#define MADT_ENABLED 1
#define MADT_ALL_PROCESSORS 0xff

size_t acpi_begin_table(struct blob *blob, const char *signature, uint8_t revision)
{
	struct header header = {
		.revision = revision,
		.oem_id = { 'N', 'U', 'M', 'A', 'V', 'M' },
		.oem_table_id = { 'N', 'U', 'M', 'A', 'V', 'M', 'X', '8' },
		.oem_revision = 1,
		.creator_id = { 'N', 'U', 'M', 'A' },
		.creator_revision = 1,
	};

	memcpy(header.signature, signature, sizeof(header.signature));
	blob_add(blob, NULL, -blob->size & 15);
	return blob_add(blob, &header, sizeof(header));
}

void acpi_end_table(struct blob *blob, size_t table)
{
	struct header *header = (struct header *)(blob->data + table);

	header->length = blob->size - table;
	header->checksum = 0;
	header->checksum = blob_checksum(blob, table, header->length);
}

static struct address io_byte(uint16_t port)
{
	return (struct address){ SPACE_IO, 8, 0, ACCESS_BYTE, port };
}

/* FADT, ACPI 6.5 5.2.9. @dsdt is guest-physical. */
static size_t add_fadt(struct blob *blob, uint64_t dsdt)
{
	size_t table = acpi_begin_table(blob, "FACP", 6);
	struct fadt fadt = {
		.preferred_pm_profile = PROFILE_ENTERPRISE_SERVER,
		.iapc_boot_arch = BOOT_VGA_NOT_PRESENT | BOOT_CMOS_RTC_NOT_PRESENT,
		.flags = FADT_WBINVD | FADT_PWR_BUTTON | FADT_SLP_BUTTON | FADT_RESET_REG_SUP |
			 FADT_HW_REDUCED,
		.reset_reg = io_byte(X86_RESET_CONTROL),
		.reset_value = X86_RESET_VALUE,
		.minor_version = 5,
		.x_dsdt = dsdt,
		.sleep_control_reg = io_byte(X86_SLEEP_CONTROL),
		.sleep_status_reg = io_byte(X86_SLEEP_STATUS),
	};

	blob_add(blob, (uint8_t *)&fadt + sizeof(fadt.header), sizeof(fadt) - sizeof(fadt.header));
	memcpy(&((struct fadt *)(blob->data + table))->hypervisor_vendor, "numavm\0", 8);
	acpi_end_table(blob, table);
	return table;
}

static void add_madt_cpu(struct blob *blob, uint32_t id, unsigned int cpu)
{
	if (id < APIC_ID_X2APIC) {
		blob_add(blob, (uint8_t[]){ MADT_LOCAL_APIC, 8, cpu, id }, 4);
		blob_add_le(blob, MADT_ENABLED, 4);
		return;
	}
	blob_add(blob, (uint8_t[]){ MADT_LOCAL_X2APIC, 16, 0, 0 }, 4);
	blob_add_le(blob, id, 4);
	blob_add_le(blob, MADT_ENABLED, 4);
	blob_add_le(blob, cpu, 4);
}

/* NMI comes in on LINT1 of every CPU, as on every PC. */
static void add_madt_nmi(struct blob *blob)
{
	blob_add(blob, (uint8_t[]){ MADT_LOCAL_APIC_NMI, 6, MADT_ALL_PROCESSORS, 0, 0, 1 }, 6);
	blob_add(blob, (uint8_t[]){ MADT_LOCAL_X2APIC_NMI, 12, 0, 0, 0xff, 0xff, 0xff, 0xff, 1 },
		 9);
	blob_add(blob, NULL, 3);
}

/* MADT, ACPI 6.5 5.2.12. Flags 0: there is no 8259. */
static size_t add_madt(struct blob *blob, const struct machine *m)
{
	size_t table = acpi_begin_table(blob, "APIC", 6);

	blob_add_le(blob, X86_LAPIC, 4);
	blob_add_le(blob, 0, 4);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++)
		add_madt_cpu(blob, apic_id(m, cpu), cpu);
	blob_add(blob, (uint8_t[]){ MADT_IO_APIC, 12, 0, 0 }, 4);
	blob_add_le(blob, X86_IOAPIC, 4);
	blob_add_le(blob, 0, 4);
	add_madt_nmi(blob);
	acpi_end_table(blob, table);
	return table;
}

/* XSDT, ACPI 6.5 5.2.8: every table but the DSDT, which the FADT names. */
static size_t add_xsdt(struct blob *blob, uint64_t base, const size_t *tables, unsigned int nr)
{
	size_t table = acpi_begin_table(blob, "XSDT", 1);

	for (unsigned int i = 0; i < nr; i++)
		blob_add_le(blob, base + tables[i], 8);
	acpi_end_table(blob, table);
	return table;
}

/* RSDP, ACPI 6.5 table 5.3; the RSDT's address stays 0, since the XSDT has all. */
static void build_rsdp(uint64_t xsdt, uint8_t rsdp[ACPI_RSDP_SIZE])
{
	struct blob blob = { 0 };

	blob_add(&blob, "RSD PTR ", 8);
	blob_add_u8(&blob, 0);
	blob_add(&blob, "NUMAVM", 6);
	blob_add_u8(&blob, 2);
	blob_add_le(&blob, 0, 4);
	blob_add_le(&blob, ACPI_RSDP_SIZE, 4);
	blob_add_le(&blob, xsdt, 8);
	blob_add(&blob, NULL, 4);
	blob.data[8] = blob_checksum(&blob, 0, 20);
	blob.data[32] = blob_checksum(&blob, 0, ACPI_RSDP_SIZE);
	memcpy(rsdp, blob.data, ACPI_RSDP_SIZE);
	blob_free(&blob);
}

void acpi_build(const struct machine *m, uint64_t base, struct acpi_tables *tables)
{
	struct blob *blob = &tables->blob;

	*tables = (struct acpi_tables){ 0 };
	tables->offsets[tables->nr++] = acpi_add_dsdt(blob, m);
	tables->offsets[tables->nr++] = add_fadt(blob, base + tables->offsets[0]);
	tables->offsets[tables->nr++] = add_madt(blob, m);
	tables->offsets[tables->nr++] = acpi_add_srat(blob, m);
	tables->offsets[tables->nr++] = acpi_add_slit(blob, m);
	tables->xsdt = add_xsdt(blob, base, tables->offsets + 1, tables->nr - 1);
	tables->offsets[tables->nr++] = tables->xsdt;
	build_rsdp(base + tables->xsdt, tables->rsdp);
}

void acpi_free(struct acpi_tables *tables)
{
	blob_free(&tables->blob);
}

uint64_t acpi_size(const struct acpi_tables *tables)
{
	return (tables->blob.size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}
