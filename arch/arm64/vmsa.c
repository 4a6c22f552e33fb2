// SPDX-License-Identifier: MIT
#include "arch/arm64/vmsa.h"

#include "mem/ram_peek.h"

#define VALID 1ULL
#define TABLE 2ULL /* a page at the last level, a block where it is clear */
#define ADDRESS 0x0000fffffffff000ULL

struct walk {
	uint64_t root;
	unsigned int page_shift;
	unsigned int va_bits; /* of the first table's index: the kernel's build */
	unsigned int levels; /* by what the CPU has */
};

/*
 * A kernel for 52 bits on a CPU with 48 has a first table of the larger index where both have as
 * many levels, and leaves out the first level where not (arch/arm64/include/asm/pgtable.h).
 */
static bool find_root(const struct vmcoreinfo *info, struct walk *walk)
{
	uint64_t va, voffset, page, va_bits, t1sz;

	if (!vmcoreinfo_number(info, "SYMBOL(swapper_pg_dir)", 16, &va) ||
	    !vmcoreinfo_number(info, "NUMBER(kimage_voffset)", 16, &voffset) ||
	    !vmcoreinfo_number(info, "PAGESIZE", 10, &page) ||
	    !vmcoreinfo_number(info, "NUMBER(VA_BITS)", 10, &va_bits))
		return false;
	if (!vmcoreinfo_number(info, "NUMBER(TCR_EL1_T1SZ)", 16, &t1sz))
		t1sz = 64 - va_bits;
	if ((page != 4096 && page != 16384 && page != 65536) || va_bits > 52 || t1sz > 28 ||
	    64 - t1sz > va_bits)
		return false;
	walk->root = va - voffset;
	walk->page_shift = __builtin_ctzll(page);
	walk->va_bits = va_bits;
	walk->levels = (60 - t1sz) / (walk->page_shift - 3);
	return true;
}

static uint64_t table_index(const struct walk *walk, uint64_t va, unsigned int shift)
{
	unsigned int bits = walk->page_shift - 3;

	if (shift + bits > walk->va_bits)
		bits = walk->va_bits - shift;
	return (va >> shift) % (1ULL << bits);
}

bool vmsa_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va, uint64_t *gpa)
{
	uint64_t table, entry;
	struct walk walk;

	if (!find_root(info, &walk))
		return false;
	table = walk.root;
	for (unsigned int level = walk.levels; level--;) {
		unsigned int shift = walk.page_shift + level * (walk.page_shift - 3);

		table += table_index(&walk, va, shift) * sizeof(entry);
		if (!ram_peek(ram, table, &entry, sizeof(entry)) || !(entry & VALID))
			return false;
		table = entry & ADDRESS & -(1ULL << walk.page_shift);
		if (!level && !(entry & TABLE))
			return false;
		if (!level || !(entry & TABLE)) {
			*gpa = (table & -(1ULL << shift)) | va % (1ULL << shift);
			return true;
		}
	}
	return false;
}
