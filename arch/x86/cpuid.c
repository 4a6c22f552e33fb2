// SPDX-License-Identifier: MIT
#include "arch/x86/cpuid.h"

#include "arch/x86/apic_id.h"

#define LEAF_KVM_FEATURES 0x40000001 /* Documentation/virt/kvm/x86/cpuid.rst */
#define KVM_MSI_EXT_DEST_ID (1U << 15)
#define LAST_EXTENDED_LEAF 0x80000025 /* below AMD's own extended topology, 0x80000026 */

enum cache_type { CACHE_DATA = 1, CACHE_INSTRUCTION = 2, CACHE_UNIFIED = 3 };

/* The caches of every machine: the sharing is declared, the sizes are those of a common server. */
struct cache {
	enum cache_type type;
	unsigned int level;
	unsigned int ways;
	unsigned int sets;
};

#define CACHE_LINE 64

static const struct cache caches[] = {
	{ CACHE_DATA, 1, 8, 64 },
	{ CACHE_INSTRUCTION, 1, 8, 64 },
	{ CACHE_UNIFIED, 2, 16, 1024 },
	{ CACHE_UNIFIED, 3, 16, 32768 },
};
#define NR_CACHES (sizeof(caches) / sizeof(caches[0]))

/* What the leaves of one CPU are made of. */
struct cpu_facts {
	struct apic_id_shifts shifts;
	uint32_t id;
	unsigned int threads; /* of its core */
	unsigned int package_threads; /* of the largest package: Linux asks the first CPU for all */
	unsigned int core_in_package;
};

struct cpuid_leaf *cpuid_find(struct cpuid_table *table, uint32_t leaf, uint32_t subleaf)
{
	for (unsigned int i = 0; i < table->nr; i++)
		if (table->leaves[i].leaf == leaf &&
		    (!table->leaves[i].indexed || table->leaves[i].subleaf == subleaf))
			return &table->leaves[i];
	return NULL;
}

static void remove_leaf(struct cpuid_table *table, uint32_t leaf)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < table->nr; i++)
		if (table->leaves[i].leaf != leaf)
			table->leaves[kept++] = table->leaves[i];
	table->nr = kept;
}

/* KVM's entries and ours together stay below the limit: ours are 12 at most. */
static void add_leaf(struct cpuid_table *table, struct cpuid_leaf leaf)
{
	if (table->nr < CPUID_MAX_LEAVES)
		table->leaves[table->nr++] = leaf;
}

static struct cpuid_leaf *find_or_add(struct cpuid_table *table, uint32_t leaf)
{
	if (!cpuid_find(table, leaf, 0))
		add_leaf(table, (struct cpuid_leaf){ .leaf = leaf });
	return cpuid_find(table, leaf, 0);
}

static uint32_t put_bits(uint32_t old, unsigned int high, unsigned int low, uint32_t value)
{
	uint32_t mask = (high - low == 31) ? ~0U : (1U << (high - low + 1)) - 1;

	return (old & ~(mask << low)) | (value & mask) << low;
}

static unsigned int at_most(unsigned int value, unsigned int limit)
{
	return value < limit ? value : limit;
}

/* Leaf 1: the id, the logical processors of the package, HTT, the hypervisor and the timer. */
static void write_leaf_1(struct cpuid_table *table, const struct cpu_facts *facts)
{
	struct cpuid_leaf *leaf = find_or_add(table, 1);

	leaf->ebx = put_bits(leaf->ebx, 31, 24, facts->id);
	leaf->ebx = put_bits(leaf->ebx, 23, 16, at_most(1U << facts->shifts.package, 255));
	leaf->edx = put_bits(leaf->edx, 28, 28, facts->package_threads > 1);
	leaf->ecx |= 1U << 31 | 1U << 24; /* hypervisor; TSC deadline, always there in KVM's APIC */
}

/* Leaves 0xB and 0x1F: threads per core, CPUs per package. */
static void add_extended_topology(struct cpuid_table *table, uint32_t leaf,
				  const struct cpu_facts *facts)
{
	enum { LEVEL_THREAD = 1, LEVEL_CORE = 2 };

	remove_leaf(table, leaf);
	add_leaf(table, (struct cpuid_leaf){ leaf, 0, true, facts->shifts.core, facts->threads,
					     LEVEL_THREAD << 8, facts->id });
	add_leaf(table,
		 (struct cpuid_leaf){ leaf, 1, true, facts->shifts.package, facts->package_threads,
				      LEVEL_CORE << 8 | 1, facts->id });
	add_leaf(table, (struct cpuid_leaf){ leaf, 2, true, 0, 0, 2, facts->id });
}

/* The APIC ids that share @cache: the caches' leaves count slots, not CPUs that are there. */
static uint32_t cache_slots(const struct cache *cache, const struct cpu_facts *facts)
{
	return 1U << (cache->level == 3 ? facts->shifts.llc : facts->shifts.core);
}

/* Leaf 4 (Intel) and 0x8000001D (AMD) have one format; Intel's has the cores per package on top. */
static void add_caches(struct cpuid_table *table, uint32_t leaf, const struct cpu_facts *facts,
		       uint32_t cores)
{
	remove_leaf(table, leaf);
	for (uint32_t i = 0; i < NR_CACHES; i++) {
		const struct cache *cache = &caches[i];
		uint32_t eax = cache->type | cache->level << 5 | 1U << 8;

		eax = put_bits(eax, 25, 14, at_most(cache_slots(cache, facts), 4096) - 1);
		eax = put_bits(eax, 31, 26, cores);
		add_leaf(table, (struct cpuid_leaf){ leaf, i, true, eax,
						     (cache->ways - 1) << 22 | (CACHE_LINE - 1),
						     cache->sets - 1, 0 });
	}
	add_leaf(table, (struct cpuid_leaf){ leaf, NR_CACHES, true, 0, 0, 0, 0 });
}

/* The first leaf of the range that begins at @base says its highest. */
static void raise_max_leaf(struct cpuid_table *table, uint32_t base, uint32_t at_least)
{
	struct cpuid_leaf *first = find_or_add(table, base);

	if (first->eax < at_least)
		first->eax = at_least;
}

static void write_intel(struct cpuid_table *table, const struct cpu_facts *facts)
{
	struct cpuid_leaf *leaf = find_or_add(table, 2);
	uint32_t cores = 1U << (facts->shifts.package - facts->shifts.core);

	/* Descriptor 0xff: the caches are in leaf 4. */
	leaf->eax = 0x00ff01;
	leaf->ebx = leaf->ecx = leaf->edx = 0;
	add_caches(table, 4, facts, at_most(cores, 64) - 1);
	if (find_or_add(table, 0)->eax >= 0x1f)
		add_extended_topology(table, 0x1f, facts);
}

static uint32_t cache_kib(const struct cache *cache)
{
	return cache->ways * cache->sets * CACHE_LINE / 1024;
}

/* 0x80000006: L2 and L3 in the older format; 8 means 16 ways. */
static void write_amd_cache_sizes(struct cpuid_table *table)
{
	struct cpuid_leaf *leaf = find_or_add(table, 0x80000006);

	leaf->ecx = cache_kib(&caches[2]) << 16 | 8 << 12 | 1 << 8 | CACHE_LINE;
	leaf->edx = cache_kib(&caches[3]) / 512 << 18 | 8 << 12 | 1 << 8 | CACHE_LINE;
}

static void write_amd(struct cpuid_table *table, const struct cpu_facts *facts)
{
	struct cpuid_leaf *leaf = find_or_add(table, 0x80000001);

	raise_max_leaf(table, 0x80000000, 0x8000001e);
	leaf->ecx = put_bits(leaf->ecx, 1, 1, facts->package_threads > 1); /* CmpLegacy */
	leaf->ecx |= 1U << 22; /* TopologyExtensions */

	leaf = find_or_add(table, 0x80000008);
	leaf->ecx = put_bits(leaf->ecx, 7, 0, at_most(facts->package_threads, 256) - 1);
	leaf->ecx = put_bits(leaf->ecx, 15, 12, facts->shifts.package);

	write_amd_cache_sizes(table);
	add_caches(table, 0x8000001d, facts, 0);
	leaf = find_or_add(table, 0x8000001e);
	leaf->eax = facts->id;
	leaf->ebx = (facts->threads - 1) << 8 | (facts->core_in_package & 0xff);
	leaf->ecx = facts->id >> facts->shifts.package & 0xff;
	leaf->edx = 0;
}

/* Leaves that would tell another story than those written here. */
static void hide_other_topology(struct cpuid_table *table)
{
	struct cpuid_leaf *first = cpuid_find(table, 0x80000000, 0);

	if (first && first->eax > LAST_EXTENDED_LEAF)
		first->eax = LAST_EXTENDED_LEAF;
	remove_leaf(table, 0x80000026);
}

void cpuid_build(const struct machine *m, unsigned int cpu, struct cpuid_table *table)
{
	const struct topology *t = &m->topology;
	const struct topology_cpu *c = &t->cpus[cpu];
	const struct cpu_facts facts = {
		.shifts = apic_id_shifts(m),
		.id = apic_id(m, cpu),
		.threads = t->threads,
		.package_threads = t->llcs_per_package * t->cores * t->threads,
		.core_in_package = c->llc_in_package * t->cores + c->core_in_llc,
	};
	struct cpuid_leaf *kvm;

	raise_max_leaf(table, 0, 0xb);
	hide_other_topology(table);
	write_leaf_1(table, &facts);
	add_extended_topology(table, 0xb, &facts);
	if (m->host->amd)
		write_amd(table, &facts);
	else
		write_intel(table, &facts);
	/* Only now: leaves move when others are removed. */
	kvm = cpuid_find(table, LEAF_KVM_FEATURES, 0);
	if (kvm)
		kvm->eax |= KVM_MSI_EXT_DEST_ID;
}
