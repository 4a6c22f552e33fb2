/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables: the header of each, and their assembly under an XSDT and an RSDP. An architecture
 * hands acpi_build() its list of builders; its loader, its memory map and the tables verb read the
 * result and free its blob. Pure.
 */
#ifndef ARCH_ACPI_ACPI_H
#define ARCH_ACPI_ACPI_H

#include "arch/blob.h"
#include "mem/machine.h"

#define ACPI_MAX_TABLES 16
#define ACPI_RSDP_SIZE 36 /* ACPI 6.5 table 5.3 */

/* ACPI 6.5 table 5.4. */
struct acpi_header {
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
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI 6.5 table 5.4");

struct acpi_tables {
	const char *oem_table_id;
	struct blob blob; /* all of them, each at a multiple of 16 */
	size_t offsets[ACPI_MAX_TABLES]; /* of each table in it; the XSDT is the last */
	unsigned int nr;
	uint64_t base; /* guest-physical, of the blob */
	uint8_t rsdp[ACPI_RSDP_SIZE];
};

/* Appends one table, between acpi_begin() and acpi_end(). */
typedef void acpi_builder(struct acpi_tables *tables, const struct machine *m);

/* What an architecture's tables are made of. */
struct acpi_list {
	char oem_table_id[8];
	acpi_builder *builders[ACPI_MAX_TABLES]; /* the DSDT's and the FADT's are the first */
};

/*
 * The tables that no architecture has anything of its own in. A table is a row here, or in an
 * architecture's list, and a function acpi_add_NAME().
 */
#define ACPI_COMMON_TABLES(row) row(slit)
#define ACPI_DECLARE(name) acpi_builder acpi_add_##name;
#define ACPI_BUILDER(name) acpi_add_##name,

ACPI_COMMON_TABLES(ACPI_DECLARE)

/* Builds the tables of @list and the XSDT. They have no address yet. */
void acpi_build(const struct acpi_list *list, const struct machine *m, struct acpi_tables *tables);

/*
 * Makes the blob one for guest-physical @base (a multiple of 16): what names a table by its address
 * (FADT, XSDT, RSDP) and its checksum. May be called again.
 */
void acpi_place(struct acpi_tables *tables, uint64_t base);

/* Table @i, as it is in the blob. */
struct acpi_header *acpi_header(const struct acpi_tables *tables, unsigned int i);

/* The bytes that the memory map gives the tables, in whole pages of 4 KiB. */
uint64_t acpi_size(const struct acpi_tables *tables);

/*
 * Starts a table with its header (ACPI 6.5 5.2.6). Returns the blob that the rest is appended to;
 * acpi_end() patches the length and checksum of the table that was begun last.
 */
struct blob *acpi_begin(struct acpi_tables *tables, const char *signature, uint8_t revision);
void acpi_end(struct acpi_tables *tables);

/*
 * What every SRAT has around the entries of its architecture's CPUs: its beginning, as
 * acpi_begin(), and an entry per range of memory. A proximity domain's number is its node's. In
 * numa.c.
 */
#define SRAT_ENABLED 1 /* in the flags of every entry */
struct blob *acpi_begin_srat(struct acpi_tables *tables);
void acpi_add_srat_memory(struct blob *blob, const struct machine *m);

#endif
