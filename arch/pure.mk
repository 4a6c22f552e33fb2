# SPDX-License-Identifier: MIT
# The architectures, and the files of each that are pure: bytes in, bytes out, no KVM. They are built
# on every host, for the unit tests; the tests read this list too. SHARED are the folders of
# arch/ that an architecture takes beside its own: what several have alike, and as pure.

ARCHES := x86 arm64

NAME_x86 := x86_64
DEBIAN_x86 := amd64
PURE_x86 := acpi apic_id cpuid devices dsdt e820 elf fadt ioapic madt power srat zero_page
SHARED_x86 := acpi

NAME_arm64 := aarch64
DEBIAN_arm64 := arm64
PURE_arm64 := devices fdt fdt_devices image
SHARED_arm64 := fdt
