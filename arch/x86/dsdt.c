// SPDX-License-Identifier: MIT
/* The DSDT in AML, ACPI 6.5 chapter 20: a handful of encoders, then the machine's few objects. */
#include "arch/x86/acpi.h"

#include "arch/x86/platform.h"

#define AML_NAME 0x08
#define AML_BYTE 0x0a
#define AML_WORD 0x0b
#define AML_DWORD 0x0c
#define AML_STRING 0x0d
#define AML_SCOPE 0x10
#define AML_BUFFER 0x11
#define AML_PACKAGE 0x12
#define AML_EXT 0x5b
#define AML_EXT_DEVICE 0x82

/* ACPI 6.5 20.2.3: the shortest integer. */
static void add_integer(struct blob *blob, uint32_t value)
{
	if (value <= 0xff)
		blob_add(blob, (uint8_t[]){ AML_BYTE, value }, 2);
	else if (value <= 0xffff)
		blob_add(blob, (uint8_t[]){ AML_WORD, value, value >> 8 }, 3);
	else {
		blob_add_u8(blob, AML_DWORD);
		blob_add_le(blob, value, 4);
	}
}

static void add_name(struct blob *blob, const char *name)
{
	blob_add_u8(blob, AML_NAME);
	blob_add(blob, name, 4);
}

static void add_named_integer(struct blob *blob, const char *name, uint32_t value)
{
	add_name(blob, name);
	add_integer(blob, value);
}

/*
 * Puts the PkgLength of what stands from @start on in front of it; it counts itself.
 * ACPI 6.5 20.2.4: one byte up to 63, else a nibble and 1 to 3 bytes.
 */
static void end_package(struct blob *blob, size_t start)
{
	size_t length = blob->size - start;
	uint8_t encoded[4];
	unsigned int extra = 0;

	if (length + 1 <= 0x3f) {
		encoded[0] = length + 1;
	} else {
		for (extra = 1; length + 1 + extra >= 1UL << (4 + 8 * extra);)
			extra++;
		length += 1 + extra;
		encoded[0] = extra << 6 | (length & 0xf);
		for (unsigned int i = 0; i < extra; i++)
			encoded[1 + i] = length >> (4 + 8 * i);
	}
	blob_insert(blob, start, encoded, 1 + extra);
}

/* Returns the start for end_package(). */
static size_t begin_device(struct blob *blob, const char *name)
{
	size_t start;

	blob_add(blob, (uint8_t[]){ AML_EXT, AML_EXT_DEVICE }, 2);
	start = blob->size;
	blob_add(blob, name, 4);
	return start;
}

/* Name (_S5, Package () { SLP_TYPa, SLP_TYPb }). ACPI 6.5 7.4.2. */
static void add_s5(struct blob *blob)
{
	size_t start;

	add_name(blob, "_S5_");
	blob_add_u8(blob, AML_PACKAGE);
	start = blob->size;
	blob_add_u8(blob, 2);
	add_integer(blob, X86_S5_TYPE);
	add_integer(blob, X86_S5_TYPE);
	end_package(blob, start);
}

/*
 * ACPI 6.5 6.4.2.5 (I/O port), 6.4.3.6 (extended interrupt: consumer, edge, active high) and
 * 6.4.2.9 (end tag).
 */
static void add_serial_resources(struct blob *blob)
{
	const uint8_t resources[] = {
		0x47,
		1,
		X86_COM1 & 0xff,
		X86_COM1 >> 8,
		X86_COM1 & 0xff,
		X86_COM1 >> 8,
		1,
		8,
		0x89,
		6,
		0,
		3,
		1,
		X86_COM1_IRQ,
		0,
		0,
		0,
		0x79,
		0,
	};
	size_t start;

	add_name(blob, "_CRS");
	blob_add_u8(blob, AML_BUFFER);
	start = blob->size;
	add_integer(blob, sizeof(resources));
	blob_add(blob, resources, sizeof(resources));
	end_package(blob, start);
}

/* EISAID("PNP0501"): a 16550A. ACPI 6.5 6.1.5. */
static void add_serial(struct blob *blob)
{
	size_t start = begin_device(blob, "COM1");

	add_named_integer(blob, "_HID", 0x0105d041);
	add_named_integer(blob, "_UID", 1);
	add_serial_resources(blob);
	end_package(blob, start);
}

/* ACPI0007, whose _UID is the one in the MADT. ACPI 6.5 8.4. */
static void add_processor(struct blob *blob, unsigned int cpu)
{
	static const char digits[] = "0123456789ABCDEF";
	char name[] = { 'C', digits[cpu >> 8 & 15], digits[cpu >> 4 & 15], digits[cpu & 15], 0 };
	size_t start;

	/* TOPOLOGY_MAX_CPUS needs a 13th bit. */
	name[0] += cpu >> 12;
	start = begin_device(blob, name);
	add_name(blob, "_HID");
	blob_add_u8(blob, AML_STRING);
	blob_add(blob, "ACPI0007", sizeof("ACPI0007"));
	add_named_integer(blob, "_UID", cpu);
	end_package(blob, start);
}

size_t acpi_add_dsdt(struct blob *blob, const struct machine *m)
{
	size_t table = acpi_begin_table(blob, "DSDT", 2), start;

	add_s5(blob);
	blob_add_u8(blob, AML_SCOPE);
	start = blob->size;
	blob_add(blob, "\\_SB_", 5);
	add_serial(blob);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++)
		add_processor(blob, cpu);
	end_package(blob, start);
	acpi_end_table(blob, table);
	return table;
}
