// SPDX-License-Identifier: MIT
/*
 * What the firmware says of memory: e820's RAM and the SRAT's parts. Addresses past 4 GiB are
 * reached through two 2 MiB windows of page tables of its own.
 */
#include "guest.h"

#define WINDOW (1ULL << 39) /* the second entry of the PML4 */
#define LARGE_PAGE (2ULL << 20)
#define LARGE_WRITABLE 0x83
#define WRITABLE 0x03
#define SRAT_MEMORY 1

static uint64_t pml4[512] __attribute__((aligned(4096)));
static uint64_t pdpt[512] __attribute__((aligned(4096)));
static uint64_t pd[512] __attribute__((aligned(4096)));

static void make_window(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	pml4[0] = read64(cr3 & ~0xfffULL);
	pml4[1] = (uintptr_t)pdpt | WRITABLE;
	pdpt[0] = (uintptr_t)pd | WRITABLE;
	__asm__ volatile("mov %0, %%cr3" : : "r"(pml4) : "memory");
}

/*
 * The virtual address of gpa, good for 8 bytes: two pages are mapped, for the last bytes of one
 * go on in the next.
 */
uint64_t reach(uint64_t gpa)
{
	if (!pml4[1])
		make_window();
	for (uint64_t i = 0; i < 2; i++) {
		pd[i] = (gpa / LARGE_PAGE + i) * LARGE_PAGE | LARGE_WRITABLE;
		__asm__ volatile("invlpg (%0)" : : "r"(WINDOW + i * LARGE_PAGE) : "memory");
	}
	return WINDOW + gpa % LARGE_PAGE;
}

int ram_range(unsigned int i, uint64_t *start, uint64_t *size)
{
	unsigned int entries;
	const struct e820_entry *map = e820_map(&entries);

	for (unsigned int j = 0; j < entries; j++) {
		if (map[j].type != E820_RAM || i--)
			continue;
		*start = map[j].start;
		*size = map[j].size;
		return 1;
	}
	return 0;
}

int node_memory(unsigned int i, uint64_t *start)
{
	const struct table *srat = acpi_table("SRAT");
	const uint8_t *entry = NULL;

	if (!srat)
		fail("no SRAT", 0);
	while ((entry = next_entry(srat, SRAT_FIXED, entry))) {
		if (entry[0] != SRAT_MEMORY || i--)
			continue;
		*start = get64(entry + 8);
		return 1;
	}
	return 0;
}
