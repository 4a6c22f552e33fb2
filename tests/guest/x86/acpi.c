// SPDX-License-Identifier: MIT
/*
 * What the firmware would tell: the zero page's e820, the ACPI tables that its RSDP leads to, and
 * the registers that the FADT declares.
 */
#include <stddef.h>
#include "guest.h"

/* Offsets in struct boot_params (arch/x86/include/uapi/asm/bootparam.h). */
#define ZERO_PAGE_RSDP 0x070
#define ZERO_PAGE_E820_COUNT 0x1e8
#define ZERO_PAGE_E820 0x2d0

#define RSDP_XSDT 24 /* ACPI 6.5 table 5.3 */
#define FADT_XDSDT 140 /* ACPI 6.5 table 5.9, this and the next */
#define FADT_SLEEP_CONTROL 244
#define SLEEP_ENABLE 0x20 /* ACPI 6.5 table 4.21 */
#define S5_USUAL 5 /* where no \_S5 is found: most machines' type */

struct unaligned {
	union {
		uint16_t as16;
		uint32_t as32;
		uint64_t as64;
	};
} __attribute__((packed, may_alias));

uint16_t get16(const void *at)
{
	return ((const struct unaligned *)at)->as16;
}

uint32_t get32(const void *at)
{
	return ((const struct unaligned *)at)->as32;
}

uint64_t get64(const void *at)
{
	return ((const struct unaligned *)at)->as64;
}

const struct e820_entry *e820_map(unsigned int *count)
{
	*count = zero_page[ZERO_PAGE_E820_COUNT];
	return (const struct e820_entry *)(zero_page + ZERO_PAGE_E820);
}

const uint8_t *acpi_rsdp(void)
{
	return (const uint8_t *)(uintptr_t)get64(zero_page + ZERO_PAGE_RSDP);
}

static int has_signature(const struct table *table, const char *signature)
{
	return get32(table->signature) == get32(signature);
}

const struct table *acpi_table(const char *signature)
{
	const uint8_t *rsdp = acpi_rsdp();
	const struct table *xsdt, *table;
	const uint8_t *entry;

	if (!rsdp)
		return NULL;
	xsdt = (const struct table *)(uintptr_t)get64(rsdp + RSDP_XSDT);
	if (!xsdt || has_signature(xsdt, signature))
		return xsdt;
	for (entry = (const uint8_t *)(xsdt + 1); entry < (const uint8_t *)xsdt + xsdt->length;
	     entry += 8) {
		table = (const struct table *)(uintptr_t)get64(entry);
		if (has_signature(table, signature))
			return table;
		if (has_signature(table, "FACP") && get32(signature) == get32("DSDT"))
			return (const struct table *)(uintptr_t)get64((const uint8_t *)table +
								      FADT_XDSDT);
	}
	return NULL;
}

const uint8_t *next_entry(const struct table *table, unsigned int skip, const uint8_t *entry)
{
	const uint8_t *end = (const uint8_t *)table + table->length;

	entry = entry ? entry + entry[1] : (const uint8_t *)table + skip;
	if (entry < end && entry[1] < 2)
		fail("length of a table's entry", entry[1]);
	return entry < end ? entry : NULL;
}

const struct gas *fadt_register(unsigned int offset)
{
	const struct table *fadt = acpi_table("FACP");

	if (!fadt || fadt->length < offset + sizeof(struct gas))
		fail("no FADT with the register at", offset);
	return (const struct gas *)((const uint8_t *)fadt + offset);
}

void gas_write(const struct gas *gas, uint8_t value)
{
	if (gas->space == 1)
		out8((uint16_t)gas->address, value);
	else
		write8(gas->address, value);
}

uint8_t gas_read(const struct gas *gas)
{
	return gas->space == 1 ? in8((uint16_t)gas->address) : read8(gas->address);
}

/*
 * The first element of \_S5's package: NameOp "_S5_" PackageOp PkgLength NumElements, then a
 * BytePrefix and a byte, or one of the one-byte constants (ACPI 6.5 20.2.5.1). PkgLength here is
 * one byte, the package being a few bytes long.
 */
uint8_t sleep_type_s5(void)
{
	const struct table *dsdt = acpi_table("DSDT");
	const uint8_t *at, *end;

	if (!dsdt)
		return S5_USUAL;
	end = (const uint8_t *)dsdt + dsdt->length - 9;
	for (at = (const uint8_t *)(dsdt + 1); at < end; at++) {
		if (*at == '_' && get32(at) == get32("_S5_") && at[4] == 0x12)
			return at[7] == 0x0a ? at[8] : at[7];
	}
	return S5_USUAL;
}

void power_off(void)
{
	gas_write(fadt_register(FADT_SLEEP_CONTROL),
		  (uint8_t)(sleep_type_s5() << 2 | SLEEP_ENABLE));
	fail("still running after power-off", 0);
}
