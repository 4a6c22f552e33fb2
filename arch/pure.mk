# SPDX-License-Identifier: MIT
# The architectures, and the files of each that drive KVM or know its host. All others are pure: bytes
# in, bytes out; they are built on every host, for the unit tests. The tests read this list too. SHARED
# are the folders of arch/ that an architecture takes beside its own: what several have alike, and as
# pure.

ARCHES := x86 arm64

NAME_x86 := x86_64
DEBIAN_x86 := amd64
MACHINE_x86 := boot host irq kernel machine tables vcpu
SHARED_x86 := acpi

NAME_arm64 := aarch64
DEBIAN_arm64 := arm64
MACHINE_arm64 := boot host irq kernel machine vcpu
SHARED_arm64 := fdt
