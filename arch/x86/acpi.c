// SPDX-License-Identifier: MIT
#include "arch/x86/acpi.h"

#include "arch/x86/e820.h"

const struct acpi_list x86_acpi = {
	.oem_table_id = { 'N', 'U', 'M', 'A', 'V', 'M', 'X', '8' },
	.builders = { X86_ACPI_TABLES(ACPI_BUILDER) },
};

void x86_acpi_build(const struct machine *m, struct acpi_tables *tables)
{
	acpi_build(&x86_acpi, m, tables);
	acpi_place(tables, e820_low_end(m) - acpi_size(tables));
}
