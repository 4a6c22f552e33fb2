// SPDX-License-Identifier: MIT
/*
 * The DSDT, read by a walker of its own for the few things that are in it; what a real
 * disassembler says of it is in test_iasl.c.
 */
#include <string.h>

#include "tests/unit/x86/acpi_machines.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* A cursor in AML. */
struct aml {
	const uint8_t *at;
	const uint8_t *end;
};

static void take(struct aml *aml, const void *bytes, size_t size)
{
	ck_assert_uint_ge(aml->end - aml->at, size);
	ck_assert_mem_eq(aml->at, bytes, size);
	aml->at += size;
}

/* ACPI 6.5 20.2.4: enters the package at the cursor, which moves past it. */
static struct aml enter(struct aml *aml)
{
	const uint8_t *start = aml->at;
	unsigned int extra = start[0] >> 6;
	size_t length = extra ? start[0] & 0xf : start[0] & 0x3f;
	struct aml inner;

	if (extra)
		ck_assert_uint_eq(start[0] & 0x30, 0);
	for (unsigned int i = 0; i < extra; i++)
		length |= (size_t)start[1 + i] << (4 + 8 * i);
	ck_assert_uint_le(length, aml->end - start);
	inner = (struct aml){ start + 1 + extra, start + length };
	aml->at = start + length;
	return inner;
}

/* ACPI 6.5 20.2.3: a byte, word or double word with its prefix. */
static uint32_t take_integer(struct aml *aml)
{
	unsigned int bytes = *aml->at == 0x0a ? 1 : *aml->at == 0x0b ? 2 : 4;
	uint32_t value;

	ck_assert(*aml->at == 0x0a || *aml->at == 0x0b || *aml->at == 0x0c);
	ck_assert_uint_gt(aml->end - aml->at, bytes);
	value = le(aml->at + 1, bytes);
	aml->at += 1 + bytes;
	return value;
}

/* ACPI 6.5 7.4.2.6: the value of the sleep type registers for S5. */
static void take_s5(struct aml *aml)
{
	struct aml package;

	take(aml, "\x08_S5_\x12", 6);
	package = enter(aml);
	take(&package, "\2", 1);
	ck_assert_uint_eq(take_integer(&package), 5);
	ck_assert_uint_eq(take_integer(&package), 5);
	ck_assert_ptr_eq(package.at, package.end);
}

/* Eight I/O ports and an edge-triggered active-high interrupt. */
static void take_serial(struct aml *aml, unsigned int uid, const char *name, const uint8_t ports[2],
			uint8_t irq)
{
	struct aml device, buffer;

	take(aml, "\x5b\x82", 2);
	device = enter(aml);
	take(&device, name, 4);
	take(&device, "\x08_HID", 5);
	/* 6.1.5: "PNP" in 5 bits a letter, big-endian, then 0501. */
	ck_assert_uint_eq(take_integer(&device), 0x0105d041);
	take(&device, "\x08_UID", 5);
	ck_assert_uint_eq(take_integer(&device), uid);
	take(&device, "\x08_CRS\x11", 6);
	buffer = enter(&device);
	ck_assert_uint_eq(take_integer(&buffer), buffer.end - buffer.at);
	take(&buffer, "\x47\1", 2);
	take(&buffer, ports, 2);
	take(&buffer, ports, 2);
	take(&buffer, "\1\x08", 2);
	take(&buffer, "\x89\6\0\3\1", 5);
	take(&buffer, &irq, 1);
	take(&buffer, "\0\0\0", 3);
	take(&buffer, "\x79\0", 2);
	ck_assert_ptr_eq(buffer.at, buffer.end);
	ck_assert_ptr_eq(device.at, device.end);
}

/* Returns the _UID; the four letters of the name go to @name. */
static uint32_t take_processor(struct aml *aml, char *name)
{
	struct aml device;
	uint32_t uid;

	take(aml, "\x5b\x82", 2);
	device = enter(aml);
	memcpy(name, device.at, 4);
	device.at += 4;
	take(&device,
	     "\x08_HID\x0d"
	     "ACPI0007",
	     15);
	take(&device, "\x08_UID", 5);
	uid = take_integer(&device);
	ck_assert_ptr_eq(device.at, device.end);
	return uid;
}

/* ACPI 6.5 20.2.2: a letter or _ first, then letters, digits and _. */
static void assert_name(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	ck_assert_ptr_nonnull(memchr(letters, name[0], 27));
	for (unsigned int i = 1; i < 4; i++)
		ck_assert_ptr_nonnull(memchr(letters, name[i], sizeof(letters) - 1));
}

static void check_dsdt(const uint8_t *dsdt, uint32_t size, const struct machine *m)
{
	struct aml aml = { dsdt + 36, dsdt + size }, scope;
	char name[4], last[4] = "";

	ck_assert_uint_eq(dsdt[8], 2);
	take_s5(&aml);
	take(&aml, "\x10", 1);
	scope = enter(&aml);
	ck_assert_ptr_eq(aml.at, aml.end);
	take(&scope, "\\_SB_", 5);
	take_serial(&scope, 1, "COM1", (const uint8_t[]){ 0xf8, 3 }, 4);
	if (machine_has(m, 1))
		take_serial(&scope, 2, "COM2", (const uint8_t[]){ 0xf8, 2 }, 3);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		ck_assert_uint_eq(take_processor(&scope, name), cpu);
		assert_name(name);
		ck_assert_int_gt(memcmp(name, last, 4), 0); /* ascending, so each is its own */
		memcpy(last, name, 4);
	}
	ck_assert_ptr_eq(scope.at, scope.end);
}

/* Numbers of CPUs at which an encoding grows: of the _UID, of the name, of the scope's length. */
static const unsigned int cpu_counts[] = {
	1, 2, 15, 16, 17, 100, 118, 119, 120, 121, 122, 255, 256, 257, 300, 4095, 4096, 4097, 8192,
};

START_TEST(each_processor_once)
{
	struct acpi_tables tables = { .oem_table_id = "TABLE ID" };
	struct machine m = { 0 };
	const uint8_t *table;

	finish(&m.topology, "1:256", cpu_counts[_i], 1, 0);
	acpi_add_dsdt(&tables, &m);
	table = tables.blob.data + tables.offsets[0];
	check_dsdt(table, le(table + 4, 4), &m);
	blob_free(&tables.blob);
	machine_free(&m);
}
END_TEST

/* The second serial port is there for what uses it, and comes with its own ports and interrupt. */
START_TEST(second_port_when_it_is_on)
{
	struct acpi_tables tables = { .oem_table_id = "TABLE ID" };
	struct machine m = { .devices = 1U << 1 };

	finish(&m.topology, "1:256", 2, 1, 0);
	acpi_add_dsdt(&tables, &m);
	check_dsdt(tables.blob.data + tables.offsets[0], tables.blob.size, &m);
	blob_free(&tables.blob);
	machine_free(&m);
}
END_TEST

/* It may come after another table. */
START_TEST(stands_anywhere)
{
	struct acpi_tables tables = { .oem_table_id = "TABLE ID" };
	struct blob *blob = &tables.blob;
	struct machine m = { 0 };

	finish(&m.topology, "1:256 1:0", 2, 2, 0);
	blob_add(blob, "before", 6);
	acpi_add_dsdt(&tables, &m);
	ck_assert_uint_eq(tables.offsets[0], 16);
	check_dsdt(blob->data + 16, blob->size - 16, &m);
	ck_assert_mem_eq(blob->data, "before\0\0\0\0\0\0\0\0\0\0DSDT", 20);
	blob_free(&tables.blob);
	machine_free(&m);
}
END_TEST

Suite *dsdt_suite(void)
{
	Suite *s = suite_create("dsdt");
	TCase *tc = tcase_create("dsdt");

	tcase_add_loop_test(tc, each_processor_once, 0, COUNT(cpu_counts));
	tcase_add_test(tc, second_port_when_it_is_on);
	tcase_add_test(tc, stands_anywhere);
	suite_add_tcase(s, tc);
	return s;
}
