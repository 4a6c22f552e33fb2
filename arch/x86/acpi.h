/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of the x86-64 machine, which is a hardware-reduced one (ACPI 6.5 4.1). The boot
 * loader copies them to RAM, the memory map leaves room for them, and the tables verb writes the
 * same bytes to files. Pure.
 */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include "arch/acpi/acpi.h"
#include "arch/x86/host.h"

/* In this order; ACPI_COMMON_TABLES says what a row is. */
#define X86_ACPI_TABLES(row) row(dsdt) row(fadt) row(madt) row(srat) ACPI_COMMON_TABLES(row)

X86_ACPI_TABLES(ACPI_DECLARE)

extern const struct acpi_list x86_acpi;

/* Builds them for where e820 has them. The caller frees the blob. */
void x86_acpi_build(const struct machine *m, struct acpi_tables *tables);

#endif
