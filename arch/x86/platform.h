/* SPDX-License-Identifier: MIT */
/*
 * The numbers of the x86-64 machine: where things are in memory and on the I/O ports. What the
 * tables declare and what the devices answer to both come from here.
 */
#ifndef ARCH_X86_PLATFORM_H
#define ARCH_X86_PLATFORM_H

#include "arch/device.h"

extern const struct device x86_devices[MACHINE_MAX_DEVICES];

/* The first MiB. What the kernel is handed is below X86_LOW_RAM_END. */
#define X86_GDT 0x500
#define X86_ZERO_PAGE 0x7000
#define X86_PAGE_TABLES 0x9000 /* PML4, PDPT and four directories: up to 0xf000 */
#define X86_CMDLINE 0x20000
#define X86_CMDLINE_MAX 0x10000
#define X86_LOW_RAM_END 0x9fc00 /* as PCs have it, with an EBDA of 1 KiB */
#define X86_RSDP 0xe0000 /* older kernels look for it from here to 1 MiB */
#define X86_RESET_VECTOR 0xffff0
#define X86_HIGH_RAM 0x100000 /* the kernel's, but for the ACPI tables at its end */

/* [3 GiB, 4 GiB) is for devices; on AMD a hole below 1 TiB is HyperTransport's. */
#define X86_MMIO_HOLE_START 0xc0000000ULL
#define X86_MMIO_HOLE_END 0x100000000ULL
#define X86_HYPERTRANSPORT_START 0xfd00000000ULL
#define X86_HYPERTRANSPORT_END 0x10000000000ULL
#define X86_IOAPIC 0xfec00000ULL
#define X86_IOAPIC_SIZE 0x1000
#define X86_IOAPIC_PINS 24
#define X86_LAPIC 0xfee00000ULL
#define X86_KVM_TSS 0xfffbd000ULL /* three pages that KVM on Intel wants for itself */
#define X86_KVM_IDENTITY_MAP 0xfffbc000ULL

/* I/O ports. */
#define X86_NMI_REASON 0x61 /* System Control Port B */
#define X86_I8042_COMMAND 0x64
#define X86_I8042_RESET 0xfe
#define X86_FAST_PORT 0x300 /* the channel's, after COM2 */
#define X86_RESET_CONTROL 0xcf9 /* as PCI chipsets have it: writing 6 is a hard reset */
#define X86_RESET_VALUE 0x06
#define X86_SLEEP_CONTROL 0x600 /* ACPI 6.5 4.8.3.7 */
#define X86_SLEEP_STATUS 0x601
#define X86_S5_TYPE 5

#endif
