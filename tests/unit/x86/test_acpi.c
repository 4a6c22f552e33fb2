// SPDX-License-Identifier: MIT
/*
 * The tables as a guest reads them: bytes at the offsets of ACPI 6.5, written down here as numbers
 * and not taken from the structures that the builder uses.
 */
#include <string.h>

#include "arch/x86/apic_id.h"
#include "tests/unit/x86/acpi_machines.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define BASE 0x100000ULL

static uint8_t sum(const uint8_t *at, size_t size)
{
	uint8_t total = 0;

	while (size--)
		total += *at++;
	return total;
}

/* ACPI 6.5 table 5.4. */
START_TEST(headers_lengths_checksums)
{
	struct acpi_case c;
	size_t end = 0;

	acpi_case_make(&c, _i, BASE);
	ck_assert_uint_eq(c.tables.nr, 6);
	for (unsigned int i = 0; i < c.tables.nr; i++) {
		const uint8_t *table = c.tables.blob.data + c.tables.offsets[i];
		uint32_t size = le(table + 4, 4);

		ck_assert_uint_eq(c.tables.offsets[i] % 16, 0);
		ck_assert_uint_ge(c.tables.offsets[i], end);
		ck_assert_uint_lt(c.tables.offsets[i] - end, 16);
		ck_assert_uint_ge(size, 36);
		ck_assert_uint_eq(sum(table, size), 0);
		ck_assert_mem_eq(table + 10, "NUMAVM", 6);
		end = c.tables.offsets[i] + size;
	}
	ck_assert_uint_eq(end, c.tables.blob.size);
	ck_assert_uint_ge(acpi_size(&c.tables), end);
	ck_assert_uint_lt(acpi_size(&c.tables), end + 4096);
	ck_assert_uint_eq(acpi_size(&c.tables) % 4096, 0);
	acpi_case_free(&c);
}
END_TEST

/* A table that grows after its end is ended anew. */
START_TEST(table_ends_again)
{
	struct acpi_tables tables = { .oem_table_id = "TABLE ID" };
	const uint8_t *table;
	struct blob *blob;

	blob_add_u8(&tables.blob, 1);
	blob = acpi_begin(&tables, "TEST", 7);
	acpi_end(&tables);
	blob_add_u8(blob, 99);
	acpi_end(&tables);
	ck_assert_uint_eq(tables.nr, 1);
	ck_assert_uint_eq(tables.offsets[0], 16);
	table = tables.blob.data + 16;
	ck_assert_mem_eq(table, "TEST\x25\0\0\0\7", 9);
	ck_assert_mem_eq(table + 10, "NUMAVMTABLE ID", 14);
	ck_assert_uint_eq(sum(table, 37), 0);
	blob_free(&tables.blob);
}
END_TEST

/* Placed anew, they are as if they had never been anywhere else. */
START_TEST(tables_move)
{
	struct acpi_case once, twice;

	acpi_case_make(&once, 2, BASE);
	acpi_case_make(&twice, 2, 0xbff00000);
	ck_assert_mem_ne(twice.tables.rsdp, once.tables.rsdp, ACPI_RSDP_SIZE);
	acpi_place(&twice.tables, BASE);
	ck_assert_mem_eq(twice.tables.rsdp, once.tables.rsdp, ACPI_RSDP_SIZE);
	ck_assert_uint_eq(twice.tables.blob.size, once.tables.blob.size);
	ck_assert_mem_eq(twice.tables.blob.data, once.tables.blob.data, once.tables.blob.size);
	acpi_case_free(&once);
	acpi_case_free(&twice);
}
END_TEST

START_TEST(size_is_whole_pages)
{
	struct acpi_tables tables = { .blob.size = 4096 };

	ck_assert_uint_eq(acpi_size(&tables), 4096);
	tables.blob.size = 4097;
	ck_assert_uint_eq(acpi_size(&tables), 8192);
	tables.blob.size = 1;
	ck_assert_uint_eq(acpi_size(&tables), 4096);
}
END_TEST

/* ACPI 6.5 table 5.3. */
static void check_rsdp(const struct acpi_case *c)
{
	const uint8_t *rsdp = c->tables.rsdp;

	ck_assert_mem_eq(rsdp, "RSD PTR ", 8);
	ck_assert_uint_eq(sum(rsdp, 20), 0);
	ck_assert_mem_eq(rsdp + 9, "NUMAVM", 6);
	ck_assert_uint_eq(rsdp[15], 2);
	ck_assert_uint_eq(le(rsdp + 16, 4), 0);
	ck_assert_uint_eq(le(rsdp + 20, 4), 36);
	ck_assert_uint_eq(le(rsdp + 24, 8), c->base + c->tables.offsets[c->tables.nr - 1]);
	ck_assert_uint_eq(sum(rsdp, 36), 0);
}

/* The table at guest-physical @gpa; it must lie in the blob as a whole. */
static const uint8_t *at_gpa(const struct acpi_case *c, uint64_t gpa)
{
	const uint8_t *table;

	ck_assert_uint_ge(gpa, c->base);
	ck_assert_uint_le(gpa - c->base + 36, c->tables.blob.size);
	table = c->tables.blob.data + (gpa - c->base);
	ck_assert_uint_le(gpa - c->base + le(table + 4, 4), c->tables.blob.size);
	return table;
}

static const uint64_t bases[] = { 0x100000, 0, 0xbff00000, 0x123456789a0 };

/* From the RSDP through the XSDT and the FADT, each table is found, and once. */
START_TEST(every_table_is_reached)
{
	static const char *const signatures[] = { "FACP", "APIC", "SRAT", "SLIT" };
	struct acpi_case c;
	const uint8_t *xsdt, *fadt = NULL;

	acpi_case_make(&c, 2, bases[_i]);
	check_rsdp(&c);
	xsdt = at_gpa(&c, le(c.tables.rsdp + 24, 8));
	ck_assert_mem_eq(xsdt, "XSDT", 4);
	ck_assert_uint_eq(xsdt[8], 1);
	ck_assert_uint_eq(le(xsdt + 4, 4), 36 + 8 * COUNT(signatures));
	for (unsigned int i = 0; i < COUNT(signatures); i++) {
		unsigned int found = 0;

		for (unsigned int j = 0; j < COUNT(signatures); j++) {
			const uint8_t *table = at_gpa(&c, le(xsdt + 36 + 8 * j, 8));

			found += !memcmp(table, signatures[i], 4);
			if (!memcmp(table, "FACP", 4))
				fadt = table;
		}
		ck_assert_msg(found == 1, "%s %u times", signatures[i], found);
	}
	ck_assert_mem_eq(at_gpa(&c, le(fadt + 140, 8)), "DSDT", 4);
	acpi_case_free(&c);
}
END_TEST

/* A Generic Address Structure (table 5.1) of one byte on an I/O port. */
static void assert_io_byte(const uint8_t *gas, uint16_t port)
{
	ck_assert_uint_eq(gas[0], 1);
	ck_assert_uint_eq(gas[1], 8);
	ck_assert_uint_eq(gas[2], 0);
	ck_assert_uint_eq(gas[3], 1);
	ck_assert_uint_eq(le(gas + 4, 8), port);
}

/* ACPI 6.5 table 5.9, at its offsets; bits of tables 5.10 and 5.11. */
START_TEST(fadt_fields)
{
	struct acpi_case c;
	uint32_t size, dsdt_size, flags;
	const uint8_t *fadt, *dsdt;

	acpi_case_make(&c, _i, BASE);
	fadt = acpi_case_table(&c, "FACP", &size);
	dsdt = acpi_case_table(&c, "DSDT", &dsdt_size);
	ck_assert_uint_eq(size, 276);
	ck_assert_uint_eq(fadt[8], 6); /* revision 6.5: major here, minor below */
	ck_assert_uint_eq(fadt[131], 5);
	ck_assert_uint_eq(le(fadt + 36, 4), 0); /* no FACS */
	ck_assert(le(fadt + 40, 4) == 0 || le(fadt + 40, 4) == le(fadt + 140, 8));
	ck_assert_uint_eq(fadt[45], 4); /* Enterprise Server */
	/* No fixed hardware, from SCI_INT to CENTURY. */
	for (unsigned int at = 46; at <= 108; at++)
		ck_assert_msg(fadt[at] == 0, "offset %u", at);
	/* No legacy devices (bit 0), no 8042 (1), no VGA to probe (2), no CMOS RTC (5). */
	ck_assert_uint_eq(le(fadt + 109, 2), 1 << 2 | 1 << 5);
	ck_assert_uint_eq(fadt[111], 0);
	flags = le(fadt + 112, 4);
	/* WBINVD, no fixed power or sleep button, RESET_REG_SUP, HW_REDUCED_ACPI. */
	ck_assert_uint_eq(flags, 1U << 0 | 1U << 4 | 1U << 5 | 1U << 10 | 1U << 20);
	assert_io_byte(fadt + 116, 0xcf9);
	ck_assert_uint_eq(fadt[128], 6);
	ck_assert_uint_eq(le(fadt + 129, 2), 0);
	ck_assert_uint_eq(le(fadt + 132, 8), 0);
	ck_assert_uint_eq(le(fadt + 140, 8), BASE + (dsdt - c.tables.blob.data));
	for (unsigned int at = 148; at < 244; at++)
		ck_assert_msg(fadt[at] == 0, "offset %u", at);
	assert_io_byte(fadt + 244, 0x600);
	assert_io_byte(fadt + 256, 0x601);
	ck_assert_mem_eq(fadt + 268, "numavm\0\0", 8);
	acpi_case_free(&c);
}
END_TEST

/* What the MADT's entries said. */
struct madt_seen {
	unsigned int cpus[8192];
	unsigned int io_apics, nmis, x2apic_nmis;
};

/* ACPI 6.5 table 5.21: Processor Local APIC. */
static void see_apic(const struct acpi_case *c, const uint8_t *entry, struct madt_seen *seen)
{
	int cpu = acpi_case_cpu(c, entry[3]);

	ck_assert_uint_eq(entry[1], 8);
	ck_assert_uint_ne(entry[3], 255); /* broadcast */
	ck_assert_int_ge(cpu, 0);
	ck_assert_int_eq(entry[2], cpu);
	ck_assert_uint_eq(le(entry + 4, 4), 1);
	seen->cpus[cpu]++;
}

/* ACPI 6.5 table 5.34: Processor Local x2APIC. */
static void see_x2apic(const struct acpi_case *c, const uint8_t *entry, struct madt_seen *seen)
{
	int cpu = acpi_case_cpu(c, le(entry + 4, 4));

	ck_assert_uint_eq(entry[1], 16);
	ck_assert_uint_ge(le(entry + 4, 4), 255);
	ck_assert_int_ge(cpu, 0);
	ck_assert_uint_eq(le(entry + 2, 2), 0);
	ck_assert_uint_eq(le(entry + 8, 4), 1);
	ck_assert_int_eq(le(entry + 12, 4), cpu);
	seen->cpus[cpu]++;
}

static void see_madt_entry(const struct acpi_case *c, const uint8_t *entry, struct madt_seen *seen)
{
	switch (entry[0]) {
	case 0:
		see_apic(c, entry, seen);
		break;
	case 1: /* table 5.24: I/O APIC */
		ck_assert_uint_eq(entry[1], 12);
		ck_assert_uint_eq(entry[3], 0);
		ck_assert_uint_eq(le(entry + 4, 4), 0xfec00000);
		ck_assert_uint_eq(le(entry + 8, 4), 0);
		seen->io_apics++;
		break;
	case 4: /* table 5.28: Local APIC NMI, LINT1 of all processors */
		ck_assert_uint_eq(entry[1], 6);
		ck_assert_mem_eq(entry + 2, "\xff\0\0\1", 4);
		seen->nmis++;
		break;
	case 9:
		see_x2apic(c, entry, seen);
		break;
	case 10: /* table 5.36: Local x2APIC NMI */
		ck_assert_uint_eq(entry[1], 12);
		ck_assert_mem_eq(entry + 2, "\0\0\xff\xff\xff\xff\1\0\0\0", 10);
		seen->x2apic_nmis++;
		break;
	default:
		ck_abort_msg("entry of type %u", entry[0]);
	}
}

START_TEST(madt_has_each_cpu_once)
{
	static struct madt_seen seen;
	struct acpi_case c;
	uint32_t size, at = 44;
	const uint8_t *madt;

	acpi_case_make(&c, _i, BASE);
	madt = acpi_case_table(&c, "APIC", &size);
	memset(&seen, 0, sizeof(seen));
	ck_assert_uint_eq(madt[8], 6);
	ck_assert_uint_eq(le(madt + 36, 4), 0xfee00000);
	ck_assert_uint_eq(le(madt + 40, 4), 0); /* no 8259 */
	for (; at < size; at += madt[at + 1]) {
		ck_assert_uint_ge(madt[at + 1], 6);
		ck_assert_uint_le(at + madt[at + 1], size);
		see_madt_entry(&c, madt + at, &seen);
	}
	ck_assert_uint_eq(at, size);
	for (unsigned int cpu = 0; cpu < c.machine.topology.nr_cpus; cpu++)
		ck_assert_msg(seen.cpus[cpu] == 1, "CPU %u %u times", cpu, seen.cpus[cpu]);
	ck_assert_uint_eq(seen.io_apics, 1);
	ck_assert_uint_eq(seen.nmis, 1);
	ck_assert_uint_eq(seen.x2apic_nmis, 1);
	acpi_case_free(&c);
}
END_TEST

Suite *acpi_suite(void)
{
	Suite *s = suite_create("acpi");
	TCase *tc = tcase_create("acpi");

	tcase_add_loop_test(tc, headers_lengths_checksums, 0, nr_acpi_machines);
	tcase_add_test(tc, table_ends_again);
	tcase_add_test(tc, tables_move);
	tcase_add_test(tc, size_is_whole_pages);
	tcase_add_loop_test(tc, every_table_is_reached, 0, COUNT(bases));
	tcase_add_loop_test(tc, fadt_fields, 0, 3);
	tcase_add_loop_test(tc, madt_has_each_cpu_once, 0, nr_acpi_machines);
	suite_add_tcase(s, tc);
	return s;
}
