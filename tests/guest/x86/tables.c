// SPDX-License-Identifier: MIT
/*
 * tables: finds the RSDP in the zero page as a kernel does, checks every checksum, that FADT,
 * DSDT, MADT, SRAT and SLIT are there, that SRAT and MADT name the same CPUs, that SLIT is one a
 * kernel accepts, and that SRAT covers all of e820's RAM.
 */
#include <stddef.h>
#include "guest.h"

#define RSDP_SHORT 20
#define RSDP_LONG 36
#define XSDT_ENTRIES 36
#define FADT_FLAGS 112
#define HW_REDUCED (1U << 20)
#define RESET_SUPPORTED (1U << 10)
#define ENABLED 1
#define MADT_LAPIC 0
#define MADT_X2APIC 9
#define SRAT_LAPIC 0
#define SRAT_MEMORY 1
#define SRAT_X2APIC 2
#define SLIT_COUNT 36
#define SLIT_DISTANCES 44

static void check_sum(const void *start, uint32_t size, const char *what)
{
	const uint8_t *byte = start;
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + byte[i]);
	if (sum)
		fail(what, (uintptr_t)start);
}

static void check_rsdp(void)
{
	const uint8_t *rsdp = acpi_rsdp();

	if (!rsdp || get64(rsdp) != get64("RSD PTR "))
		fail("no RSDP at", (uintptr_t)rsdp);
	check_sum(rsdp, RSDP_SHORT, "checksum of the RSDP's first 20 bytes");
	check_sum(rsdp, RSDP_LONG, "checksum of the RSDP");
}

static const struct table *need(const char *signature)
{
	const struct table *table = acpi_table(signature);

	if (!table)
		fail(signature, 0);
	check_sum(table, table->length, signature);
	return table;
}

static unsigned int check_xsdt(void)
{
	const struct table *xsdt = need("XSDT");
	const uint8_t *start = (const uint8_t *)xsdt;

	for (uint32_t at = XSDT_ENTRIES; at < xsdt->length; at += 8) {
		const struct table *table = (const struct table *)(uintptr_t)get64(start + at);

		check_sum(table, table->length, "checksum of the XSDT's table at");
	}
	return (xsdt->length - XSDT_ENTRIES) / 8;
}

static void check_fadt(void)
{
	uint32_t flags = get32((const uint8_t *)need("FACP") + FADT_FLAGS);

	if (!(flags & HW_REDUCED) || !(flags & RESET_SUPPORTED))
		fail("FADT's flags", flags);
}

/* Is this APIC id that of an enabled CPU of the SRAT? */
static int srat_has_cpu(const struct table *srat, uint32_t id)
{
	const uint8_t *entry = NULL;

	while ((entry = next_entry(srat, SRAT_FIXED, entry))) {
		if (entry[0] == SRAT_LAPIC && entry[3] == id && get32(entry + 4) & ENABLED)
			return 1;
		if (entry[0] == SRAT_X2APIC && get32(entry + 8) == id &&
		    get32(entry + 12) & ENABLED)
			return 1;
	}
	return 0;
}

static unsigned int check_cpus(const struct table *madt, const struct table *srat)
{
	const uint8_t *entry = NULL;
	unsigned int cpus = 0;

	while ((entry = next_entry(madt, MADT_FIXED, entry))) {
		uint32_t id;

		if (entry[0] == MADT_LAPIC && get32(entry + 4) & ENABLED)
			id = entry[3];
		else if (entry[0] == MADT_X2APIC && get32(entry + 8) & ENABLED)
			id = get32(entry + 4);
		else
			continue;
		if (!srat_has_cpu(srat, id))
			fail("CPU of the MADT that the SRAT lacks", id);
		cpus++;
	}
	return cpus;
}

/* As Linux does (drivers/acpi/numa/srat.c, slit_valid): 10 on the diagonal, more anywhere else. */
static unsigned int check_slit(void)
{
	const uint8_t *slit = (const uint8_t *)need("SLIT");
	unsigned int nodes = (unsigned int)get64(slit + SLIT_COUNT);

	if (((const struct table *)slit)->length != SLIT_DISTANCES + nodes * nodes)
		fail("SLIT's length does not fit its count", nodes);
	for (unsigned int i = 0; i < nodes * nodes; i++) {
		uint8_t distance = slit[SLIT_DISTANCES + i];

		if (i / nodes == i % nodes ? distance != 10 : distance <= 10)
			fail("distance that a kernel refuses, at", i);
	}
	return nodes;
}

/* The end of the SRAT's memory range that holds gpa; 0 if none does. */
static uint64_t srat_end(const struct table *srat, uint64_t gpa)
{
	const uint8_t *entry = NULL;

	while ((entry = next_entry(srat, SRAT_FIXED, entry))) {
		if (entry[0] != SRAT_MEMORY || !(get32(entry + 28) & ENABLED))
			continue;
		if (gpa >= get64(entry + 8) && gpa - get64(entry + 8) < get64(entry + 16))
			return get64(entry + 8) + get64(entry + 16);
	}
	return 0;
}

static void check_coverage(const struct table *srat)
{
	unsigned int entries;
	const struct e820_entry *map = e820_map(&entries);

	for (unsigned int i = 0; i < entries; i++) {
		uint64_t at = map[i].start, end = at + map[i].size;

		while (map[i].type == E820_RAM && at < end) {
			uint64_t covered = srat_end(srat, at);

			if (!covered)
				fail("RAM that the SRAT does not cover at", at);
			at = covered;
		}
	}
}

static void say(const char *text, unsigned int number)
{
	put(text);
	put_number(number);
}

void guest_main(void)
{
	const struct table *madt, *srat;

	check_rsdp();
	if (check_xsdt() < 4)
		fail("too few tables", 0);
	check_fadt();
	need("DSDT");
	madt = need("APIC");
	srat = need("SRAT");
	check_coverage(srat);
	say("tables: cpus ", check_cpus(madt, srat));
	say(" nodes ", check_slit());
	say(" s5 ", sleep_type_s5());
	put("\n");
}
