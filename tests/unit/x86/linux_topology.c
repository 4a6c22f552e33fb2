// SPDX-License-Identifier: MIT
#include "tests/unit/x86/linux_topology.h"

#include <check.h>

#define INVALID_LEVEL 0
#define SMT_LEVEL 1
#define CORE_LEVEL 2

struct cpuid_leaf linux_cpuid(const struct cpuid_table *table, uint32_t leaf, uint32_t subleaf)
{
	for (unsigned int i = 0; i < table->nr; i++) {
		const struct cpuid_leaf *l = &table->leaves[i];

		if (l->leaf == leaf && (!l->indexed || l->subleaf == subleaf))
			return *l;
	}
	return (struct cpuid_leaf){ 0 };
}

/* get_count_order(): the bits that @count things take. */
static unsigned int count_order(unsigned int count)
{
	return count > 1 ? 32 - __builtin_clz(count - 1) : 0;
}

static uint32_t max_basic(const struct cpuid_table *table)
{
	return linux_cpuid(table, 0, 0).eax;
}

static uint32_t max_extended(const struct cpuid_table *table)
{
	return linux_cpuid(table, 0x80000000, 0).eax;
}

static bool has_topoext(const struct cpuid_table *table)
{
	return linux_cpuid(table, 0x80000001, 0).ecx >> 22 & 1;
}

/* Caches by leaf 4 or 0x8000001D: APIC ids that are equal above the slots of a cache share it. */
static void read_caches(const struct cpuid_table *table, bool amd, bool zen1, struct linux_cpu *cpu)
{
	uint32_t leaf = amd ? 0x8000001d : 4, llc_shift = 0;

	ck_assert_uint_ge(amd ? max_extended(table) : max_basic(table), leaf);
	for (unsigned int i = 0; i < 10; i++) {
		uint32_t eax = linux_cpuid(table, leaf, i).eax;
		unsigned int type = eax & 0x1f, level = eax >> 5 & 7;
		unsigned int shift = count_order((eax >> 14 & 0xfff) + 1);

		if (!type)
			break;
		llc_shift = shift;
		if (level == 1 && type == 1)
			cpu->l1d = cpu->apic_id >> shift;
		else if (level == 1 && type == 2)
			cpu->l1i = cpu->apic_id >> shift;
		else if (level == 2)
			cpu->l2 = cpu->apic_id >> shift;
	}
	/* Without an L3 in 0x80000006, Linux on AMD looks no further. */
	if (amd)
		ck_assert_uint_ne(linux_cpuid(table, 0x80000006, 0).edx, 0);
	cpu->llc = cpu->apic_id >> (zen1 ? 3 : llc_shift);
}

/* check_extended_topology_leaf() */
static bool usable_leaf(const struct cpuid_table *table, uint32_t leaf)
{
	struct cpuid_leaf l = linux_cpuid(table, leaf, 0);

	return max_basic(table) >= leaf && l.ebx && (l.ecx >> 8 & 0xff) == SMT_LEVEL;
}

static void split_id(struct linux_cpu *cpu, unsigned int core_shift, unsigned int package_shift)
{
	cpu->package = cpu->apic_id >> package_shift;
	cpu->core = (cpu->apic_id & ((1U << package_shift) - 1)) >> core_shift;
	cpu->thread = cpu->apic_id & ((1U << core_shift) - 1);
}

/* detect_extended_topology() */
struct linux_cpu linux_6_1(const struct cpuid_table *table, bool amd, bool zen1)
{
	uint32_t leaf = usable_leaf(table, 0x1f) ? 0x1f : 0xb;
	struct cpuid_leaf l = linux_cpuid(table, leaf, 0);
	struct linux_cpu cpu = { .apic_id = l.edx };
	unsigned int core_shift = l.eax & 0x1f, package_shift = core_shift;

	ck_assert(usable_leaf(table, leaf));
	for (unsigned int sub = 1; sub < 10; sub++) {
		l = linux_cpuid(table, leaf, sub);
		if ((l.ecx >> 8 & 0xff) == INVALID_LEVEL)
			break;
		package_shift = l.eax & 0x1f;
	}
	split_id(&cpu, core_shift, package_shift);
	read_caches(table, amd, zen1, &cpu);
	return cpu;
}

/* parse_topology_leaf(); false when it has no level. */
static bool parse_levels(const struct cpuid_table *table, uint32_t leaf, struct linux_cpu *cpu)
{
	unsigned int shifts[3] = { 0 };
	unsigned int sub;

	if ((leaf >> 31 ? max_extended(table) : max_basic(table)) < leaf)
		return false;
	for (sub = 0; sub < 10; sub++) {
		struct cpuid_leaf l = linux_cpuid(table, leaf, sub);
		unsigned int type = l.ecx >> 8 & 0xff;

		if (!(l.ebx & 0xffff) || type == INVALID_LEVEL)
			break;
		ck_assert_uint_le(type, CORE_LEVEL);
		if (type == SMT_LEVEL)
			cpu->apic_id = l.edx;
		/* Else Linux says "APIC ID mismatch". */
		ck_assert_uint_eq(cpu->apic_id, l.edx);
		for (unsigned int level = type; level <= CORE_LEVEL; level++)
			shifts[level] = l.eax & 0x1f;
		/* Else it says that there is SMT with a shift of 0. */
		ck_assert(type != SMT_LEVEL || shifts[SMT_LEVEL] || (l.ebx & 0xffff) == 1);
	}
	split_id(cpu, shifts[SMT_LEVEL], shifts[CORE_LEVEL]);
	return sub > 0;
}

/* cpu_parse_topology_ext(), parse_8000_001e() */
struct linux_cpu linux_6_12(const struct cpuid_table *table, bool amd, bool zen1)
{
	struct linux_cpu cpu = { 0 };

	if (amd)
		ck_assert(has_topoext(table));
	ck_assert((amd && parse_levels(table, 0x80000026, &cpu)) ||
		  parse_levels(table, 0x1f, &cpu) || parse_levels(table, 0xb, &cpu));
	if (amd) {
		struct cpuid_leaf l = linux_cpuid(table, 0x8000001e, 0);

		ck_assert_uint_eq(l.eax, cpu.apic_id);
		ck_assert_uint_eq(l.ecx >> 8 & 7, 0); /* one node per package */
	}
	read_caches(table, amd, zen1, &cpu);
	return cpu;
}

/* parse_legacy() on Intel; parse_8000_0008() with parse_8000_001e() on AMD. */
struct linux_cpu linux_legacy(const struct cpuid_table *table, bool amd, bool zen1)
{
	struct cpuid_leaf one = linux_cpuid(table, 1, 0);
	struct linux_cpu cpu = { .apic_id = one.ebx >> 24 };
	unsigned int core_shift = 0, package_shift = 0;

	if (amd) {
		uint32_t ecx = linux_cpuid(table, 0x80000008, 0).ecx;

		package_shift = ecx >> 12 & 0xf ? ecx >> 12 & 0xf : count_order((ecx & 0xff) + 1);
		core_shift = count_order((linux_cpuid(table, 0x8000001e, 0).ebx >> 8 & 0xff) + 1);
	} else {
		package_shift = count_order((linux_cpuid(table, 4, 0).eax >> 26) + 1);
		if (one.edx >> 28 & 1) {
			unsigned int nproc_shift = count_order(one.ebx >> 16 & 0xff);

			ck_assert_uint_ge(nproc_shift, package_shift);
			core_shift = nproc_shift - package_shift;
			package_shift = nproc_shift;
		}
	}
	split_id(&cpu, core_shift, package_shift);
	read_caches(table, amd, zen1, &cpu);
	return cpu;
}
