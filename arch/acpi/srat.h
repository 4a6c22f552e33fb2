/* SPDX-License-Identifier: MIT */
/*
 * The parts of an SRAT (ACPI 6.5 5.2.16) that every architecture has: a proximity domain's number
 * is its node's, and domains are dense. The architecture's builder adds its CPUs in between, since
 * Linux numbers nodes in the order in which CPUs, then memory name them. Pure.
 */
#ifndef ARCH_ACPI_SRAT_H
#define ARCH_ACPI_SRAT_H

#include "arch/acpi/acpi.h"

#define SRAT_ENABLED 1 /* of every entry's flags */

/* Returns the blob for the entries; acpi_end() ends the table. */
struct blob *srat_begin(struct acpi_tables *tables);

/* An entry per range of memory; ACPI 6.5 table 5.61. */
void srat_add_memory(struct blob *blob, const struct machine *m);

#endif
