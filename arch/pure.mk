# SPDX-License-Identifier: MIT
# The architectures, and the files of each that are pure: bytes in, bytes out, no KVM. They are built
# on every host, for the unit tests; tests/includes reads this list too.

ARCHES := x86 arm64

NAME_x86 := x86_64
PURE_x86 := acpi apic_id cpuid dsdt e820 elf ioapic numa_tables power zero_page

NAME_arm64 := aarch64
PURE_arm64 := fdt fdt_cpus fdt_devices gic image mpidr tree
