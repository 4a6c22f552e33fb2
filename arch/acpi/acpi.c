// SPDX-License-Identifier: MIT
#include "arch/acpi/acpi.h"

#include <assert.h>
#include <string.h>

#define PAGE 4096
#define FADT_X_DSDT 140 /* ACPI 6.5 table 5.9 */

struct acpi_header *acpi_header(const struct acpi_tables *tables, unsigned int i)
{
	return (struct acpi_header *)(tables->blob.data + tables->offsets[i]);
}

static void sum_up(struct acpi_tables *tables, unsigned int i)
{
	struct acpi_header *header = acpi_header(tables, i);

	header->checksum = 0;
	header->checksum = blob_checksum(&tables->blob, tables->offsets[i], header->length);
}

struct blob *acpi_begin(struct acpi_tables *tables, const char *signature, uint8_t revision)
{
	struct acpi_header header = {
		.revision = revision,
		.oem_id = { 'N', 'U', 'M', 'A', 'V', 'M' },
		.oem_revision = 1,
		.creator_id = { 'N', 'U', 'M', 'A' },
		.creator_revision = 1,
	};

	assert(tables->nr < ACPI_MAX_TABLES);
	memcpy(header.signature, signature, sizeof(header.signature));
	memcpy(header.oem_table_id, tables->oem_table_id, sizeof(header.oem_table_id));
	blob_add(&tables->blob, NULL, -tables->blob.size & 15);
	tables->offsets[tables->nr++] = blob_add(&tables->blob, &header, sizeof(header));
	return &tables->blob;
}

void acpi_end(struct acpi_tables *tables)
{
	unsigned int last = tables->nr - 1;

	acpi_header(tables, last)->length = tables->blob.size - tables->offsets[last];
	sum_up(tables, last);
}

/* XSDT, ACPI 6.5 5.2.8: every table but the DSDT, which the FADT names. */
static void add_xsdt(struct acpi_tables *tables)
{
	unsigned int entries = tables->nr - 1;

	blob_add(acpi_begin(tables, "XSDT", 1), NULL, entries * sizeof(uint64_t));
	acpi_end(tables);
}

void acpi_build(const struct acpi_list *list, const struct machine *m, struct acpi_tables *tables)
{
	*tables = (struct acpi_tables){ .oem_table_id = list->oem_table_id };
	for (unsigned int i = 0; i < ACPI_MAX_TABLES && list->builders[i]; i++)
		list->builders[i](tables, m);
	add_xsdt(tables);
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

static void put_address(struct acpi_tables *tables, unsigned int table, size_t at, uint64_t gpa)
{
	memcpy(tables->blob.data + tables->offsets[table] + at, &gpa, sizeof(gpa));
	sum_up(tables, table);
}

void acpi_place(struct acpi_tables *tables, uint64_t base)
{
	unsigned int xsdt = tables->nr - 1;

	tables->base = base;
	put_address(tables, 1, FADT_X_DSDT, base + tables->offsets[0]);
	for (unsigned int i = 1; i < xsdt; i++)
		put_address(tables, xsdt, sizeof(struct acpi_header) + (i - 1) * sizeof(base),
			    base + tables->offsets[i]);
	build_rsdp(base + tables->offsets[xsdt], tables->rsdp);
}

uint64_t acpi_size(const struct acpi_tables *tables)
{
	return (tables->blob.size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}
