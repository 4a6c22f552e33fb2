/* SPDX-License-Identifier: MIT */
/* The Check suites, one a module; main.c runs them all. */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

Suite *error_suite(void);
Suite *topology_suite(void);
Suite *placement_suite(void);
Suite *place_suite(void);
Suite *layout_suite(void);
Suite *layout_lookup_suite(void);
Suite *layout_property_suite(void);
Suite *ram_suite(void);
Suite *ram_pages_suite(void);
Suite *cgroup_suite(void);
Suite *fit_suite(void);
Suite *layout_pages_suite(void);
Suite *verify_suite(void);
Suite *populate_suite(void);
Suite *pin_suite(void);
Suite *blob_suite(void);
Suite *memory_map_suite(void);
Suite *apic_id_suite(void);
Suite *e820_suite(void);
Suite *acpi_suite(void);
Suite *numa_tables_suite(void);
Suite *dsdt_suite(void);
Suite *iasl_suite(void);
Suite *cpuid_suite(void);
Suite *zero_page_suite(void);
Suite *elf_suite(void);
Suite *ioapic_suite(void);
Suite *power_suite(void);
Suite *size_suite(void);
Suite *config_suite(void);
Suite *options_suite(void);
Suite *settings_suite(void);
Suite *bus_suite(void);
Suite *serial_suite(void);
Suite *arm64_fdt_suite(void);
Suite *arm64_image_suite(void);
Suite *arm64_tools_suite(void);
Suite *settings_place_suite(void);
Suite *report_suite(void);
Suite *console_suite(void);
Suite *plan_suite(void);
Suite *unpack_suite(void);

#endif
