// SPDX-License-Identifier: MIT
#include "arch/x86/paging.h"

#include "mem/ram_peek.h"

#define KERNEL_MAP 0xffffffff80000000ULL /* __START_KERNEL_map, of physical address phys_base */

#define PRESENT 1ULL
#define LARGE (1ULL << 7)
#define LARGEST 30 /* 1 GiB */
#define ADDRESS 0x000ffffffffff000ULL

#define PAGE_SHIFT 12
#define INDEX_BITS 9

static bool find_root(const struct vmcoreinfo *info, uint64_t *root, unsigned int *levels)
{
	uint64_t va, phys_base, five = 0;

	if (!vmcoreinfo_number(info, "SYMBOL(swapper_pg_dir)", 16, &va) ||
	    !vmcoreinfo_number(info, "NUMBER(phys_base)", 10, &phys_base))
		return false;
	vmcoreinfo_number(info, "NUMBER(pgtable_l5_enabled)", 10, &five);
	*root = va - KERNEL_MAP + phys_base;
	*levels = five ? 5 : 4;
	return true;
}

bool paging_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va, uint64_t *gpa)
{
	unsigned int levels;
	uint64_t table, entry;

	if (!find_root(info, &table, &levels))
		return false;
	for (unsigned int shift = PAGE_SHIFT + INDEX_BITS * levels; shift > PAGE_SHIFT;) {
		shift -= INDEX_BITS;
		table += (va >> shift) % (1 << INDEX_BITS) * sizeof(entry);
		if (!ram_peek(ram, table, &entry, sizeof(entry)) || !(entry & PRESENT))
			return false;
		table = entry & ADDRESS;
		if (shift == PAGE_SHIFT || (shift <= LARGEST && entry & LARGE)) {
			*gpa = (table & -(1ULL << shift)) | va % (1ULL << shift);
			return true;
		}
	}
	return false;
}
