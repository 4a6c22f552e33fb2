/* SPDX-License-Identifier: MIT */
/* The machines whose ACPI tables are checked, and ways to find and walk a table's bytes. */
#ifndef TESTS_UNIT_ACPI_MACHINES_H
#define TESTS_UNIT_ACPI_MACHINES_H

#include "arch/x86/acpi.h"

struct acpi_machine {
	const char *nodes; /* as declare() takes them */
	unsigned int cores, threads, packages;
	struct arch_host host;
	unsigned int devices; /* beside the console */
};

extern const struct acpi_machine acpi_machines[];
extern const unsigned int nr_acpi_machines;

/* A machine with its tables, built for @base. */
struct acpi_case {
	struct machine machine;
	uint64_t base;
	struct acpi_tables tables;
};

/* Makes acpi_machines[@i] with its tables at @base; distances are other than the default. */
void acpi_case_make(struct acpi_case *c, unsigned int i, uint64_t base);
void acpi_case_free(struct acpi_case *c);

/* The table with @signature, found through the list of offsets; @size by its own header. */
const uint8_t *acpi_case_table(const struct acpi_case *c, const char *signature, uint32_t *size);

/* The CPU that has APIC id @id, or -1. */
int acpi_case_cpu(const struct acpi_case *c, uint32_t id);

#endif
