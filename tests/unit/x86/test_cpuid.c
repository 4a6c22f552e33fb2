// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "arch/x86/apic_id.h"
#include "mem/xalloc.h"
#include "tests/unit/x86/cpuid_hosts.h"
#include "tests/unit/x86/linux_topology.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* Leaves that the machine does not shape: they must come out as they went in. */
static const uint32_t kept_leaves[] = {
	7, 0xa, 0xd, 0x40000000, 0x80000002, 0x80000005, 0x80000022
};

static const struct {
	const char *nodes;
	unsigned int cores, threads, packages;
	bool zen1; /* runs on Zen 1 too: a cache's CPUs fit in eight ids */
} shapes[] = {
	{ "1:64", 1, 1, 0, true },
	{ "1:64", 1, 2, 0, true },
	{ "1:64", 2, 1, 0, true },
	{ "1:64", 4, 2, 0, true },
	{ "1:64", 3, 2, 0, true },
	{ "1:64", 3, 3, 0, false },
	{ "2:64", 3, 1, 0, true },
	{ "3:64", 1, 3, 0, true },
	{ "1:64 1:64", 4, 1, 0, true },
	{ "1:64 1:64", 4, 2, 0, true },
	{ "2:64 2:64", 3, 2, 0, true },
	{ "1:64 3:64 0:64 2:64", 2, 2, 0, true },
	{ "1:64 5:64", 1, 1, 0, true },
	{ "1:64 4:64 1:64 2:64", 3, 1, 2, true },
	{ "1:64 4:64 1:64 2:64", 2, 2, 1, true },
	{ "0:64 7:64 7:64", 5, 1, 0, true },
	{ "1:64 1:64", 9, 1, 0, false },
	{ "2:64 2:64", 32, 2, 0, false },
	{ "1:64 1:64", 1, 3, 0, true },
	{ "4:64 4:64 4:64 4:64", 8, 2, 0, false },
	{ "1:64", 300, 1, 0, false },
	{ "5:64 2:64", 33, 3, 0, false },
	{ "1:64 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0", 5, 3, 3, false },
};

/* Intel, AMD, Zen 1 for each shape. */
enum { HOST_INTEL, HOST_AMD, HOST_ZEN1, NR_HOSTS };

static const struct arch_host hosts[NR_HOSTS] = {
	{ .phys_bits = 46 },
	{ .amd = true, .phys_bits = 48 },
	{ .amd = true, .phys_bits = 48, .llc_shift_min = 3 },
};

/* A machine, the leaves of all its CPUs, and what Linux makes of them. */
struct cpuid_case {
	struct machine machine;
	struct cpuid_table *tables;
	struct linux_cpu *seen;
};

static void make_case(struct cpuid_case *c, unsigned int shape, unsigned int host)
{
	c->machine.host = &hosts[host];
	finish(&c->machine.topology, shapes[shape].nodes, shapes[shape].cores,
	       shapes[shape].threads, shapes[shape].packages);
	c->tables = xcalloc(c->machine.topology.nr_cpus, sizeof(*c->tables));
	c->seen = xcalloc(c->machine.topology.nr_cpus, sizeof(*c->seen));
	for (unsigned int cpu = 0; cpu < c->machine.topology.nr_cpus; cpu++) {
		cpuid_host_load(&c->tables[cpu], c->machine.host->amd);
		cpuid_build(&c->machine, cpu, &c->tables[cpu]);
	}
}

static void free_case(struct cpuid_case *c)
{
	free(c->tables);
	free(c->seen);
	topology_free(&c->machine.topology);
}

/* What Linux puts together is what was declared together. */
static bool pair_agrees(const struct cpuid_case *c, unsigned int i, unsigned int j)
{
	const struct topology_cpu *a = &c->machine.topology.cpus[i],
				  *b = &c->machine.topology.cpus[j];
	const struct linux_cpu *x = &c->seen[i], *y = &c->seen[j];
	bool package = a->package == b->package, core = a->core == b->core;

	return x->apic_id != y->apic_id && (x->package == y->package) == package &&
	       (x->package == y->package && x->core == y->core) == core &&
	       (x->llc == y->llc) == (a->llc == b->llc) && (x->l1d == y->l1d) == core &&
	       (x->l1i == y->l1i) == core && (x->l2 == y->l2) == core;
}

static void compare_pairs(const struct cpuid_case *c)
{
	for (unsigned int i = 0; i < c->machine.topology.nr_cpus; i++)
		for (unsigned int j = 0; j < i; j++)
			if (!pair_agrees(c, i, j))
				ck_abort_msg("CPUs %u and %u", i, j);
}

static void compare(struct cpuid_case *c,
		    struct linux_cpu (*derive)(const struct cpuid_table *, bool, bool))
{
	for (unsigned int cpu = 0; cpu < c->machine.topology.nr_cpus; cpu++) {
		c->seen[cpu] = derive(&c->tables[cpu], c->machine.host->amd,
				      c->machine.host->llc_shift_min == 3);
		ck_assert_uint_eq(c->seen[cpu].apic_id, apic_id(&c->machine, cpu));
		ck_assert_uint_eq(c->seen[cpu].thread, c->machine.topology.cpus[cpu].thread);
	}
	compare_pairs(c);
}

START_TEST(linux_sees_what_is_declared)
{
	unsigned int shape = _i / NR_HOSTS, host = _i % NR_HOSTS;
	struct cpuid_case c;

	if (host == HOST_ZEN1 && !shapes[shape].zen1)
		host = HOST_AMD;
	make_case(&c, shape, host);
	compare(&c, linux_6_1);
	compare(&c, linux_6_12);
	/* The old fields are too narrow for more. */
	if (apic_id_shifts(&c.machine).package <= 6 && apic_id_max(&c.machine) < 256)
		compare(&c, linux_legacy);
	free_case(&c);
}
END_TEST

static void assert_no_leaf_twice(const struct cpuid_table *table)
{
	for (unsigned int i = 0; i < table->nr; i++)
		for (unsigned int j = 0; j < i; j++) {
			const struct cpuid_leaf *a = &table->leaves[i], *b = &table->leaves[j];

			ck_assert_msg(a->leaf != b->leaf || (a->indexed && b->indexed &&
							     a->subleaf != b->subleaf),
				      "leaf 0x%x subleaf %u", a->leaf, a->subleaf);
		}
}

/* Leaf 1 of CPU @cpu against SDM 2A table 3-8. */
static void check_leaf_1(const struct cpuid_case *c, unsigned int cpu, unsigned int in_package)
{
	struct cpuid_leaf one = linux_cpuid(&c->tables[cpu], 1, 0);
	struct cpuid_table before;
	const struct cpuid_leaf *was = &before.leaves[1];
	unsigned int slots = 1U << apic_id_shifts(&c->machine).package;

	cpuid_host_load(&before, c->machine.host->amd);
	ck_assert_uint_eq(was->leaf, 1);
	ck_assert_uint_eq(one.ebx >> 24, apic_id(&c->machine, cpu) & 0xff);
	ck_assert_uint_eq(one.ebx >> 16 & 0xff, slots > 255 ? 255 : slots);
	ck_assert_uint_eq(one.ebx & 0xffff, was->ebx & 0xffff);
	ck_assert_uint_eq(one.edx, (was->edx & ~(1U << 28)) | (in_package > 1) << 28);
	ck_assert_uint_eq(one.ecx, was->ecx | 1U << 31 | 1U << 24);
	ck_assert_uint_eq(one.eax, was->eax);
}

static void assert_leaf_kept(const struct cpuid_table *table, const struct cpuid_leaf *was)
{
	struct cpuid_leaf is = linux_cpuid(table, was->leaf, was->subleaf);

	ck_assert_msg(is.eax == was->eax && is.ebx == was->ebx && is.ecx == was->ecx &&
			      is.edx == was->edx && is.indexed == was->indexed,
		      "leaf 0x%x subleaf %u", was->leaf, was->subleaf);
}

/* Leaf 0xB counts CPUs, not slots: threads of the core, then of the largest package. */
static void check_counts(const struct cpuid_case *c, unsigned int cpu, unsigned int in_package)
{
	struct cpuid_leaf smt = linux_cpuid(&c->tables[cpu], 0xb, 0);
	struct cpuid_leaf core = linux_cpuid(&c->tables[cpu], 0xb, 1);

	ck_assert_uint_eq(smt.ebx, c->machine.topology.threads);
	ck_assert_uint_eq(smt.ecx, 0x100);
	ck_assert_uint_eq(core.ebx, in_package);
	ck_assert_uint_eq(core.ecx, 0x201);
	ck_assert_uint_eq(linux_cpuid(&c->tables[cpu], 0xb, 2).ecx, 2);
	/* Intel's newer leaf says the same. */
	for (unsigned int sub = 0; sub < 3 && !c->machine.host->amd; sub++) {
		struct cpuid_leaf l = linux_cpuid(&c->tables[cpu], 0x1f, sub);

		l.leaf = 0xb;
		assert_leaf_kept(&c->tables[cpu], &l);
	}
}

/* The package that has most CPUs: Linux asks the first CPU and takes it for all. */
static unsigned int largest_package(const struct topology *t)
{
	unsigned int counts[TOPOLOGY_MAX_NODES] = { 0 }, largest = 0;

	for (unsigned int cpu = 0; cpu < t->nr_cpus; cpu++) {
		unsigned int count = ++counts[t->cpus[cpu].package];

		largest = count > largest ? count : largest;
	}
	return largest;
}

START_TEST(leaves_are_whole)
{
	unsigned int in_package;
	struct cpuid_case c;

	make_case(&c, _i / NR_HOSTS, _i % NR_HOSTS);
	in_package = largest_package(&c.machine.topology);
	for (unsigned int cpu = 0; cpu < c.machine.topology.nr_cpus; cpu++) {
		assert_no_leaf_twice(&c.tables[cpu]);
		check_leaf_1(&c, cpu, in_package);
		check_counts(&c, cpu, in_package);
	}
	free_case(&c);
}
END_TEST

/* APM 3 appendix E.4: 0x80000001, 0x80000008 and 0x8000001E of every CPU. */
static void check_amd(const struct cpuid_case *c, unsigned int cpu)
{
	const struct cpuid_table *table = &c->tables[cpu];
	const struct topology_cpu *t = &c->machine.topology.cpus[cpu];
	unsigned int in_package = largest_package(&c->machine.topology);
	unsigned int core = t->llc_in_package * c->machine.topology.cores + t->core_in_llc;
	struct cpuid_leaf l = linux_cpuid(table, 0x80000001, 0);

	ck_assert_uint_eq(l.ecx, 0x004003f1 | (in_package > 1) << 1);
	ck_assert_uint_eq(l.edx, 0x2fd3fbff);
	l = linux_cpuid(table, 0x80000008, 0);
	ck_assert_uint_eq(l.eax, 0x3030);
	ck_assert_uint_eq(l.ecx & 0xff, in_package > 256 ? 255 : in_package - 1);
	ck_assert_uint_eq(l.ecx >> 12 & 0xf, apic_id_shifts(&c->machine).package);
	l = linux_cpuid(table, 0x8000001e, 0);
	ck_assert_uint_eq(l.eax, apic_id(&c->machine, cpu));
	ck_assert_uint_eq(l.ebx, (c->machine.topology.threads - 1) << 8 | (core & 0xff));
	ck_assert_uint_eq(l.ecx, apic_id(&c->machine, cpu) >> apic_id_shifts(&c->machine).package);
	ck_assert_uint_eq(l.edx, 0);
	ck_assert_uint_ge(linux_cpuid(table, 0x80000000, 0).eax, 0x8000001e);
	ck_assert_uint_lt(linux_cpuid(table, 0x80000000, 0).eax, 0x80000026);
	ck_assert_uint_eq(linux_cpuid(table, 0x80000026, 0).eax, 0);
}

START_TEST(amd_leaves)
{
	struct cpuid_case c;

	make_case(&c, _i, HOST_AMD);
	for (unsigned int cpu = 0; cpu < c.machine.topology.nr_cpus; cpu++)
		check_amd(&c, cpu);
	free_case(&c);
}
END_TEST

/* Each cache's own line in leaf 4 or 0x8000001D: line, ways and sets make its size. */
static void check_caches(const struct cpuid_table *table, uint32_t leaf)
{
	static const unsigned int kib[] = { 32, 32, 1024, 32768 };

	for (unsigned int i = 0; i < 4; i++) {
		struct cpuid_leaf l = linux_cpuid(table, leaf, i);
		unsigned int line = (l.ebx & 0xfff) + 1, parts = (l.ebx >> 12 & 0x3ff) + 1;
		unsigned int ways = (l.ebx >> 22) + 1;

		ck_assert_uint_eq(line, 64);
		ck_assert_uint_eq(line * parts * ways * (l.ecx + 1), kib[i] * KIB);
		ck_assert_uint_eq(l.eax >> 8 & 1, 1); /* self-initializing */
		ck_assert_uint_eq(l.edx, 0);
	}
	ck_assert_uint_eq(linux_cpuid(table, leaf, 4).eax, 0);
}

START_TEST(caches_have_their_sizes)
{
	struct cpuid_case c;
	struct cpuid_leaf old;

	make_case(&c, 9, _i);
	check_caches(&c.tables[0], c.machine.host->amd ? 0x8000001d : 4);
	old = linux_cpuid(&c.tables[0], 0x80000006, 0);
	if (c.machine.host->amd) {
		ck_assert_uint_eq(old.ecx >> 16, 1024);
		ck_assert_uint_eq(old.edx >> 18, 32768 / 512);
		ck_assert_uint_eq(old.ecx & 0xff, 64);
		ck_assert_uint_eq(old.edx & 0xff, 64);
	} else {
		/* Leaf 2: no descriptor but "see leaf 4". */
		ck_assert_uint_eq(linux_cpuid(&c.tables[0], 2, 0).eax, 0xff01);
		ck_assert_uint_eq(linux_cpuid(&c.tables[0], 2, 0).ebx, 0);
		ck_assert_uint_eq(old.ecx, 0x01006040);
	}
	free_case(&c);
}
END_TEST

START_TEST(other_leaves_are_kept)
{
	struct cpuid_table before;
	struct cpuid_case c;

	make_case(&c, 10, _i);
	cpuid_host_load(&before, c.machine.host->amd);
	for (unsigned int i = 0; i < before.nr; i++)
		for (unsigned int k = 0; k < COUNT(kept_leaves); k++)
			if (before.leaves[i].leaf == kept_leaves[k])
				assert_leaf_kept(&c.tables[3], &before.leaves[i]);
	free_case(&c);
}
END_TEST

/* Bit 15: interrupts reach APIC ids above 254. Nothing else changes, here or near it. */
START_TEST(kvm_features_gain_extended_ids)
{
	struct cpuid_case c;

	make_case(&c, 10, _i);
	ck_assert_uint_eq(linux_cpuid(&c.tables[0], 0x40000001, 0).eax, 0x01007efb | 1 << 15);
	ck_assert_uint_eq(linux_cpuid(&c.tables[0], 0x40000000, 0).eax, 0x40000001);
	ck_assert_uint_eq(linux_cpuid(&c.tables[0], 0, 0).eax, c.machine.host->amd ? 0x10 : 0x1f);
	ck_assert_uint_eq(linux_cpuid(&c.tables[0], 0x80000000, 0).eax,
			  c.machine.host->amd ? 0x80000025 : 0x80000008);
	free_case(&c);
}
END_TEST

/* An old host without leaf 0xB, 0x1F or AMD's newer ones gets those that are needed. */
START_TEST(lowest_leaves_are_raised)
{
	struct cpuid_table table = { .nr = 2 };
	struct machine m = { .host = &hosts[_i] };

	table.leaves[0] = (struct cpuid_leaf){ 0, 0, false, 5, 1, 2, 3 };
	table.leaves[1] = (struct cpuid_leaf){ 0x80000000, 0, false, 0x80000004, 1, 2, 3 };
	finish(&m.topology, "2:64 1:64", 2, 2, 0);
	cpuid_build(&m, 5, &table);
	ck_assert_uint_eq(linux_cpuid(&table, 0, 0).eax, 0xb);
	ck_assert_uint_eq(linux_cpuid(&table, 0, 0).ebx, 1);
	ck_assert_uint_eq(linux_cpuid(&table, 0x80000000, 0).eax,
			  hosts[_i].amd ? 0x8000001e : 0x80000004);
	ck_assert_uint_eq(linux_cpuid(&table, 0x1f, 0).ebx, 0);
	ck_assert_uint_eq(linux_cpuid(&table, 0x40000001, 0).eax, 0);
	ck_assert_uint_eq(linux_6_12(&table, hosts[_i].amd, false).apic_id, apic_id(&m, 5));
	assert_no_leaf_twice(&table);
	topology_free(&m.topology);
}
END_TEST

/* A table that is full already is not overrun. */
START_TEST(full_table_is_not_overrun)
{
	struct cpuid_table *table = xcalloc(1, sizeof(*table));
	struct machine m = { .host = &hosts[_i] };

	cpuid_host_load(table, hosts[_i].amd);
	while (table->nr < CPUID_MAX_LEAVES) {
		table->leaves[table->nr] =
			(struct cpuid_leaf){ 0x20000000 + table->nr, 0, false, 1, 2, 3, 4 };
		table->nr++;
	}
	finish(&m.topology, "1:64", 2, 1, 0);
	cpuid_build(&m, 0, table);
	ck_assert_uint_le(table->nr, CPUID_MAX_LEAVES);
	free(table);
	topology_free(&m.topology);
}
END_TEST

START_TEST(find_knows_subleaves)
{
	struct cpuid_table table;

	cpuid_host_load(&table, false);
	ck_assert_uint_eq(cpuid_find(&table, 4, 2)->eax, 0x7c004143);
	ck_assert_ptr_null(cpuid_find(&table, 4, 4));
	ck_assert_ptr_nonnull(cpuid_find(&table, 1, 77));
	ck_assert_ptr_null(cpuid_find(&table, 3, 0));
}
END_TEST

Suite *cpuid_suite(void)
{
	Suite *s = suite_create("cpuid");
	TCase *tc = tcase_create("cpuid");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, linux_sees_what_is_declared, 0, COUNT(shapes) * NR_HOSTS);
	tcase_add_loop_test(tc, leaves_are_whole, 0, COUNT(shapes) * NR_HOSTS);
	tcase_add_loop_test(tc, amd_leaves, 0, COUNT(shapes));
	tcase_add_loop_test(tc, caches_have_their_sizes, 0, NR_HOSTS);
	tcase_add_loop_test(tc, other_leaves_are_kept, 0, NR_HOSTS);
	tcase_add_loop_test(tc, kvm_features_gain_extended_ids, 0, NR_HOSTS);
	tcase_add_loop_test(tc, lowest_leaves_are_raised, 0, NR_HOSTS);
	tcase_add_loop_test(tc, full_table_is_not_overrun, 0, NR_HOSTS);
	tcase_add_test(tc, find_knows_subleaves);
	suite_add_tcase(s, tc);
	return s;
}
