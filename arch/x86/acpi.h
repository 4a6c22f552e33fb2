/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of a hardware-reduced machine (ACPI 6.5 4.1): XSDT, FADT, DSDT, MADT, SRAT and
 * SLIT in one blob, and the RSDP. Pure; the boot loader copies the blob to X86_ACPI_TABLES and the
 * RSDP to X86_RSDP, and the tables verb writes the same bytes to files.
 */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include "arch/blob.h"
#include "arch/x86/host.h"
#include "mem/machine.h"

#define ACPI_MAX_TABLES 8
#define ACPI_RSDP_SIZE 36 /* ACPI 6.5 table 5.3 */
#define ACPI_HEADER_SIZE 36 /* ACPI 6.5 table 5.4 */

struct acpi_tables {
	struct blob blob; /* as it stands at the address it was built for */
	size_t offsets[ACPI_MAX_TABLES]; /* of each table in it */
	unsigned int nr;
	size_t xsdt; /* offset of the XSDT, which is among the above too */
	uint8_t rsdp[ACPI_RSDP_SIZE];
};

/* Builds all tables to stand at guest-physical @base (a multiple of 16). */
void acpi_build(const struct machine *m, uint64_t base, struct acpi_tables *tables);

void acpi_free(struct acpi_tables *tables);

/* The bytes of e820 that the tables take, in whole pages. */
uint64_t acpi_size(const struct acpi_tables *tables);

/*
 * Starts a table: header (ACPI 6.5 5.2.6) with @signature and @revision, then nothing.
 * Returns its offset, for acpi_end_table(), which patches its length and checksum.
 */
size_t acpi_begin_table(struct blob *blob, const char *signature, uint8_t revision);
void acpi_end_table(struct blob *blob, size_t table);

/* DSDT: \_S5, the serial port and the processors. ACPI 6.5 5.2.11.1 and chapter 20. In dsdt.c. */
size_t acpi_add_dsdt(struct blob *blob, const struct machine *m);

/* SRAT: which CPUs and which memory belong to which node. ACPI 6.5 5.2.16. In numa_tables.c. */
size_t acpi_add_srat(struct blob *blob, const struct machine *m);

/* SLIT: the distance matrix, a row and a column a node. ACPI 6.5 5.2.17. In numa_tables.c. */
size_t acpi_add_slit(struct blob *blob, const struct machine *m);

#endif
