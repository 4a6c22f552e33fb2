// SPDX-License-Identifier: MIT
/*
 * What x86 firmware says of a machine of any shape, parsed back by the offsets of ACPI 6.5 and of
 * boot.rst: tables, memory map, zero page, CPUID.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/cpuid.h"
#include "arch/x86/e820.h"
#include "arch/x86/zero_page.h"
#include "mem/xalloc.h"
#include "tests/fuzz/support.h"

#define HEADER 36
#define CPUS_LOOKED_AT 16
#define NO_CPU UINT32_MAX

/* A machine, and the CPU that has each APIC id. */
struct seen {
	const struct machine *m;
	const struct acpi_tables *tables;
	uint32_t *cpus, max; /* max + 1 of them */
};

static uint8_t sum(const uint8_t *at, size_t size)
{
	uint8_t total = 0;

	while (size--)
		total += *at++;
	return total;
}

/* The table at @gpa, which lies whole within the tables and adds up to 0; tables 5.4. */
static const uint8_t *table_at(const struct acpi_tables *tables, uint64_t gpa)
{
	const uint8_t *table = tables->blob.data + (gpa - tables->base);

	must(gpa >= tables->base && gpa - tables->base + HEADER <= tables->blob.size);
	must(fuzz_le(table + 4, 4) >= HEADER);
	must(gpa - tables->base + fuzz_le(table + 4, 4) <= tables->blob.size);
	must(!sum(table, fuzz_le(table + 4, 4)));
	return table;
}

/* From the RSDP (table 5.3) through the XSDT (5.2.8). */
static const uint8_t *find_table(const struct seen *seen, const char *signature)
{
	const uint8_t *rsdp = seen->tables->rsdp, *xsdt;

	must(!memcmp(rsdp, "RSD PTR ", 8) && !sum(rsdp, 20) && !sum(rsdp, 36));
	xsdt = table_at(seen->tables, fuzz_le(rsdp + 24, 8));
	must(!memcmp(xsdt, "XSDT", 4));
	for (uint32_t at = HEADER; at < fuzz_le(xsdt + 4, 4); at += 8) {
		const uint8_t *table = table_at(seen->tables, fuzz_le(xsdt + at, 8));

		if (!memcmp(table, signature, 4))
			return table;
	}
	must(!"the table is there");
	return NULL;
}

/* Calls @see for each entry of @table from @at on; each says its length in its second byte. */
static void each_entry(const uint8_t *table, uint32_t at, void *opaque,
		       void (*see)(void *opaque, const uint8_t *entry))
{
	uint32_t size = fuzz_le(table + 4, 4);

	for (; at < size; at += table[at + 1]) {
		must(size - at >= 2 && table[at + 1] >= 2 && table[at + 1] <= size - at);
		see(opaque, table + at);
	}
}

struct counts {
	const struct seen *seen;
	uint8_t *cpus; /* how often each is there */
	unsigned int ranges;
	uint8_t domains[TOPOLOGY_MAX_NODES]; /* that were seen */
	uint32_t nr_domains;
};

/* Linux numbers nodes as it first sees their domains: drivers/acpi/numa/srat.c. */
static void see_domain(struct counts *counts, uint32_t domain)
{
	if (counts->domains[domain])
		return;
	counts->domains[domain] = 1;
	must(domain == counts->nr_domains++);
}

static void see_cpu(struct counts *counts, uint32_t id, int64_t node)
{
	uint32_t cpu = id <= counts->seen->max ? counts->seen->cpus[id] : NO_CPU;

	must(node < counts->seen->m->topology.nr_nodes);
	if (node >= 0)
		see_domain(counts, node);
	if (cpu == NO_CPU) /* it holds the number of a node of memory alone */
		must(node >= 0 && !counts->seen->m->topology.nodes[node].llcs);
	else
		must(++counts->cpus[cpu] == 1 &&
		     (node < 0 || counts->seen->m->topology.cpus[cpu].node == node));
}

/* Tables 5.60 to 5.62; CPUs come before memory. */
static void see_affinity(void *opaque, const uint8_t *entry)
{
	struct counts *counts = opaque;
	const struct layout *layout = &counts->seen->m->layout;

	if (entry[0] == 0) {
		see_cpu(counts, entry[3], entry[2] | fuzz_le(entry + 9, 3) << 8);
	} else if (entry[0] == 2) {
		see_cpu(counts, fuzz_le(entry + 8, 4), fuzz_le(entry + 4, 4));
	} else {
		const struct layout_range *range = &layout->ranges[counts->ranges];

		must(entry[0] == 1 && counts->ranges++ < layout->nr_ranges);
		must(fuzz_le(entry + 2, 4) == range->node && fuzz_le(entry + 8, 8) == range->gpa &&
		     fuzz_le(entry + 16, 8) == range->size && fuzz_le(entry + 28, 4) == 1);
		see_domain(counts, range->node);
	}
}

/* Tables 5.21 and 5.34. */
static void see_controller(void *opaque, const uint8_t *entry)
{
	if (entry[0] == 0)
		see_cpu(opaque, entry[3], -1);
	else if (entry[0] == 9)
		see_cpu(opaque, fuzz_le(entry + 4, 4), -1);
}

/* Each CPU is there once. */
static void check_cpus(const struct seen *seen, const char *signature, uint32_t at,
		       void (*see)(void *opaque, const uint8_t *entry))
{
	unsigned int nr = seen->m->topology.nr_cpus;
	struct counts counts = { .seen = seen, .cpus = xcalloc(nr, 1) };

	each_entry(find_table(seen, signature), at, &counts, see);
	for (unsigned int cpu = 0; cpu < nr; cpu++)
		must(counts.cpus[cpu] == 1);
	must(see != see_affinity || counts.ranges == seen->m->layout.nr_ranges);
	free(counts.cpus);
}

/* Table 5.17's matrix. */
static void check_slit(const struct seen *seen)
{
	const uint8_t *slit = find_table(seen, "SLIT");
	uint64_t nr = seen->m->topology.nr_nodes;

	must(fuzz_le(slit + HEADER, 8) == nr && fuzz_le(slit + 4, 4) == HEADER + 8 + nr * nr);
	must(!memcmp(slit + HEADER + 8, seen->m->topology.distances, nr * nr));
}

/* RAM of the map is RAM of the layout, in order; the tables lie in what is theirs. */
static void check_map(const struct machine *m, const struct acpi_tables *tables)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < m->map.nr; i++) {
		const struct memory_map_entry *e = &m->map.entries[i];

		must(e->size && e->start >= end);
		end = e->start + e->size;
		must(e->type == MEMORY_RESERVED || layout_range_at(&m->layout, end - 1));
		must(e->type != MEMORY_ACPI ||
		     (tables->base == e->start && tables->blob.size <= e->size));
	}
}

/* zero-page.rst: the count at 0x1e8, entries of 20 bytes at 0x2d0. */
static void check_zero_page(const struct machine *m)
{
	struct zero_page_info info = { .e820 = &m->map };
	uint8_t page[ZERO_PAGE_SIZE];
	struct error err = { 0 };

	if (zero_page_build(&info, page, &err)) {
		fuzz_check_error(&err);
		must(m->map.nr > 128);
		return;
	}
	must(page[0x1e8] == m->map.nr);
	for (unsigned int i = 0; i < m->map.nr; i++)
		must(fuzz_le(page + 0x2d0 + 20 * i, 8) == m->map.entries[i].start &&
		     fuzz_le(page + 0x2d0 + 20 * i + 8, 8) == m->map.entries[i].size &&
		     fuzz_le(page + 0x2d0 + 20 * i + 16, 4) == m->map.entries[i].type);
}

/* Intel SDM 2A, CPUID leaf 0xB: the x2APIC id; widths that rise. */
static void check_cpuid(const struct machine *m, struct bytes bytes)
{
	static struct cpuid_table table;
	unsigned int nr = m->topology.nr_cpus;

	for (unsigned int i = 0; i < CPUS_LOOKED_AT; i++) {
		unsigned int cpu = fuzz_below(&bytes, nr);
		const struct cpuid_leaf *smt, *core;

		table.nr = 0;
		cpuid_build(m, cpu, &table);
		must(table.nr <= CPUID_MAX_LEAVES);
		smt = cpuid_find(&table, 0xb, 0);
		core = cpuid_find(&table, 0xb, 1);
		must(smt && core && smt->edx == apic_id(m, cpu) && core->edx == smt->edx);
		must(core->eax >= smt->eax && core->eax < 32);
	}
}

static void check_machine(const struct machine *m, struct bytes bytes)
{
	struct acpi_tables tables;
	struct seen seen = { m, &tables, NULL, apic_id_max(m) };

	seen.cpus = xcalloc((size_t)seen.max + 1, sizeof(*seen.cpus));
	memset(seen.cpus, 0xff, ((size_t)seen.max + 1) * sizeof(*seen.cpus));
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		must(apic_id(m, cpu) <= seen.max && seen.cpus[apic_id(m, cpu)] == NO_CPU);
		seen.cpus[apic_id(m, cpu)] = cpu;
	}
	x86_acpi_build(m, &tables);
	check_cpus(&seen, "SRAT", 48, see_affinity);
	check_cpus(&seen, "APIC", 44, see_controller);
	check_slit(&seen);
	find_table(&seen, "FACP");
	check_map(m, &tables);
	check_zero_page(m);
	check_cpuid(m, bytes);
	free(seen.cpus);
	blob_free(&tables.blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct layout_space space = { .holes = { { 0xc0000000ULL, 0x100000000ULL },
						 { 0xfd00000000ULL, 0x10000000000ULL } } };
	struct bytes bytes = { data, size };
	uint8_t kind = fuzz_byte(&bytes);
	struct arch_host host = {
		.amd = kind & 1,
		.phys_bits = 36 + (kind >> 4),
		.llc_shift_min = (kind & 3) == 3 ? 3 : 0,
		.llc_is_package = (kind & 5) == 5,
	};
	struct machine m = { .host = &host };
	struct acpi_tables tables;
	uint64_t room;

	space.nr_holes = host.amd ? 2 : 1;
	space.phys_bits = host.phys_bits;
	if (!fuzz_machine(&bytes, &space, &m))
		return 0;
	x86_acpi_build(&m, &tables);
	room = e820_low_end(&m) - 0x100000;
	if (acpi_size(&tables) <= room) { /* else arch_memory_map() refuses it */
		e820_build(&m, acpi_size(&tables), &m.map);
		check_machine(&m, bytes);
	}
	blob_free(&tables.blob);
	machine_free(&m);
	return 0;
}
