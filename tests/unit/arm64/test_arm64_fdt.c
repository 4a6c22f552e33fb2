// SPDX-License-Identifier: MIT
/* The arm64 device tree, read back with libfdt as Linux reads it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/mpidr.h"
#include "arch/arm64/platform.h"
#include "mem/xalloc.h"
#include "tests/unit/arm64/arm64_machines.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define SERIAL 0x09000000ULL /* two ports, each in 64 KiB of its own */

START_TEST(nodes_are_as_declared)
{
	static struct fdt_numa numa;
	struct fdt_case c;

	fdt_case_make(&c, _i, NULL);
	fdt_numa_read(c.fdt, &numa);
	ck_assert_uint_eq(numa.nr_ranges, c.machine.layout.nr_ranges);
	for (unsigned int i = 0; i < numa.nr_ranges; i++) {
		ck_assert_uint_eq(numa.ranges[i].start, c.machine.layout.ranges[i].gpa);
		ck_assert_uint_eq(numa.ranges[i].size, c.machine.layout.ranges[i].size);
		ck_assert_uint_eq(numa.ranges[i].node, c.machine.layout.ranges[i].node);
	}
	for (unsigned int from = 0; from < c.machine.topology.nr_nodes; from++)
		for (unsigned int to = 0; to < c.machine.topology.nr_nodes; to++)
			ck_assert_uint_eq(numa.distances[from][to],
					  *topology_distance(&c.machine.topology, from, to));
	fdt_case_free(&c);
}
END_TEST

/* Linux numbers the CPUs as they come, but for the first, which must be the one that boots. */
START_TEST(each_cpu_once_and_in_order)
{
	static struct fdt_numa numa;
	struct fdt_case c;

	fdt_case_make(&c, _i, NULL);
	fdt_numa_read(c.fdt, &numa);
	ck_assert_uint_eq(numa.nr_cpus, c.machine.topology.nr_cpus);
	ck_assert_uint_eq(numa.cpu_ids[0], 0);
	for (unsigned int cpu = 0; cpu < numa.nr_cpus; cpu++) {
		char path[64];
		int node;

		ck_assert_uint_eq(numa.cpu_ids[cpu], mpidr(cpu));
		ck_assert_uint_eq(numa.cpu_nodes[cpu], c.machine.topology.cpus[cpu].node);
		snprintf(path, sizeof(path), "/cpus/cpu@%x", mpidr(cpu));
		node = fdt_at(c.fdt, path);
		ck_assert(fdt_says(c.fdt, node, "enable-method", "psci"));
		ck_assert(fdt_says(c.fdt, node, "compatible", "arm,armv8"));
	}
	fdt_case_free(&c);
}
END_TEST

/* arch/arm64/kvm/sys_regs.c of Linux: 16 to a value of Aff1. */
START_TEST(mpidr_is_kvms)
{
	ck_assert_uint_eq(mpidr(0), 0);
	ck_assert_uint_eq(mpidr(15), 0xf);
	ck_assert_uint_eq(mpidr(16), 0x100);
	ck_assert_uint_eq(mpidr(511), 0x1f0f);
	ck_assert_uint_eq(mpidr(4095), 0xff0f);
	ck_assert_uint_eq(mpidr(4096), 0x10000);
}
END_TEST

/* The node that @node's next-level-cache names, which is of @level. */
static int next_cache(const void *fdt, int node, uint32_t level)
{
	int cache = fdt_node_offset_by_phandle(fdt, fdt_cell(fdt, node, "next-level-cache"));

	ck_assert_int_ge(cache, 0);
	ck_assert(fdt_says(fdt, cache, "compatible", "cache"));
	ck_assert_uint_eq(fdt_cell(fdt, cache, "cache-level"), level);
	ck_assert_ptr_nonnull(fdt_getprop(fdt, cache, "cache-unified", NULL));
	ck_assert_uint_eq(fdt_cell(fdt, cache, "cache-line-size"), 64);
	ck_assert_uint_eq(fdt_cell(fdt, cache, "cache-size"),
			  fdt_cell(fdt, cache, "cache-sets") * 16 * 64);
	return cache;
}

/* CPUs of the same @declared number have @cache in common, others have not. */
static void see_cache(int *seen, unsigned int declared, int cache, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		ck_assert(seen[i] != cache || i == declared);
	if (seen[declared])
		ck_assert_int_eq(seen[declared], cache);
	seen[declared] = cache;
}

START_TEST(caches_are_shared_as_declared)
{
	int cores[FDT_CASE_CPUS] = { 0 }, llcs[FDT_CASE_CPUS] = { 0 };
	struct fdt_case c;

	fdt_case_make(&c, _i, NULL);
	for (unsigned int cpu = 0; cpu < c.machine.topology.nr_cpus; cpu++) {
		char path[64];
		int node, l2, l3;

		snprintf(path, sizeof(path), "/cpus/cpu@%x", mpidr(cpu));
		node = fdt_at(c.fdt, path);
		ck_assert_uint_eq(fdt_cell(c.fdt, node, "d-cache-size"), 32 << 10);
		ck_assert_uint_eq(fdt_cell(c.fdt, node, "i-cache-size"), 32 << 10);
		l2 = next_cache(c.fdt, node, 2);
		l3 = next_cache(c.fdt, l2, 3);
		ck_assert_uint_eq(fdt_cell(c.fdt, l2, "cache-size"), 1 << 20);
		ck_assert_uint_eq(fdt_cell(c.fdt, l3, "cache-size"), 32 << 20);
		ck_assert_ptr_null(fdt_getprop(c.fdt, l3, "next-level-cache", NULL));
		see_cache(cores, c.machine.topology.cpus[cpu].core, l2, c.machine.topology.nr_cpus);
		see_cache(llcs, c.machine.topology.cpus[cpu].llc, l3, c.machine.topology.nr_cpus);
	}
	fdt_case_free(&c);
}
END_TEST

/* The number after @prefix in a node's name; -1 when it is called otherwise. */
static int numbered(const void *fdt, int node, const char *prefix)
{
	const char *name = fdt_get_name(fdt, node, NULL);
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) ? -1 : atoi(name + length);
}

/* Finds the CPU that a core or a thread of cpu-map names, and where cpu-map has it. */
static void see_place(const struct fdt_case *c, int node, const int place[4], unsigned int *seen)
{
	int cpu_node = fdt_node_offset_by_phandle(c->fdt, fdt_cell(c->fdt, node, "cpu"));
	uint32_t id = fdt_cell(c->fdt, cpu_node, "reg");

	for (unsigned int cpu = 0; cpu < c->machine.topology.nr_cpus; cpu++) {
		const struct topology_cpu *t = &c->machine.topology.cpus[cpu];

		if (mpidr(cpu) != id)
			continue;
		seen[cpu]++;
		ck_assert_int_eq(place[0], t->package);
		ck_assert_int_eq(place[1], t->llc_in_package);
		ck_assert_int_eq(place[2], t->core_in_llc);
		ck_assert_int_eq(place[3], t->thread);
	}
}

/* Walks down one level of cpu-map: socket, cluster, core, thread; each is numbered from 0 on. */
static void see_level(const struct fdt_case *c, int node, unsigned int level, int place[4],
		      unsigned int *seen)
{
	static const char *const names[] = { "socket", "cluster", "core", "thread" };
	int child, next = 0;

	fdt_for_each_subnode(child, c->fdt, node)
	{
		place[level] = numbered(c->fdt, child, names[level]);
		ck_assert_int_eq(place[level], next++);
		if (level < 3)
			see_level(c, child, level + 1, place, seen);
		else
			see_place(c, child, place, seen);
	}
	if (level == 3 && !next) {
		place[3] = 0;
		see_place(c, node, place, seen);
	}
	ck_assert(next || level == 3);
}

START_TEST(cpu_map_is_the_topology)
{
	unsigned int seen[FDT_CASE_CPUS] = { 0 };
	struct fdt_case c;
	int place[4];

	fdt_case_make(&c, _i, NULL);
	see_level(&c, fdt_at(c.fdt, "/cpus/cpu-map"), 0, place, seen);
	for (unsigned int cpu = 0; cpu < c.machine.topology.nr_cpus; cpu++)
		ck_assert_uint_eq(seen[cpu], 1);
	fdt_case_free(&c);
}
END_TEST

/* Each CPU has a redistributor of 128 KiB below RAM, and nothing else is there. */
START_TEST(gic_has_a_redistributor_a_cpu)
{
	struct fdt_case c;
	const fdt32_t *reg;
	uint64_t room = 0, end = 0x10000;
	unsigned int nr;
	int node;

	fdt_case_make(&c, _i, NULL);
	node = fdt_node_offset_by_compatible(c.fdt, -1, "arm,gic-v3");
	reg = fdt_cells(c.fdt, node, "reg", &nr);
	ck_assert_uint_eq(fdt_cell(c.fdt, node, "#redistributor-regions"), nr / 4 - 1);
	for (unsigned int i = 0; i < nr; i += 4) {
		ck_assert_uint_ge(fdt_wide(reg + i), end);
		ck_assert_uint_eq(fdt_wide(reg + i) % 0x10000, 0);
		end = fdt_wide(reg + i) + fdt_wide(reg + i + 2);
		room += i ? fdt_wide(reg + i + 2) : 0;
		ck_assert(end <= SERIAL || fdt_wide(reg + i) >= SERIAL + 0x20000);
	}
	ck_assert_uint_le(end, ARM64_RAM);
	ck_assert_uint_eq(room, c.machine.topology.nr_cpus * 0x20000ULL);
	ck_assert_uint_eq(fdt_cell(c.fdt, 0, "interrupt-parent"), fdt_get_phandle(c.fdt, node));
	fdt_case_free(&c);
}
END_TEST

/* The serial port of that alias; its interrupt as the GIC numbers it, high when it is pending. */
static void check_serial(const void *fdt, const char *alias, uint64_t base, uint32_t number)
{
	int node = fdt_path_offset(fdt, alias);
	const fdt32_t *cells;
	unsigned int nr;

	ck_assert(fdt_says(fdt, node, "compatible", "ns16550a"));
	cells = fdt_cells(fdt, node, "reg", &nr);
	ck_assert_uint_eq(nr, 4);
	ck_assert_uint_eq(fdt_wide(cells), base);
	ck_assert_uint_eq(fdt_wide(cells + 2), 8);
	cells = fdt_cells(fdt, node, "interrupts", &nr);
	ck_assert_uint_eq(nr, 3);
	ck_assert_uint_eq(fdt32_to_cpu(cells[0]), 0);
	ck_assert_uint_eq(fdt32_to_cpu(cells[1]) + 32, number);
	ck_assert_uint_eq(fdt32_to_cpu(cells[2]), 4);
	ck_assert_uint_eq(fdt_cell(fdt, node, "clock-frequency"), 1843200);
}

START_TEST(devices_are_there)
{
	struct fdt_case c;
	const fdt32_t *irq;
	unsigned int nr;
	int node;

	fdt_case_make(&c, _i, NULL);
	node = fdt_node_offset_by_compatible(c.fdt, -1, "arm,psci-0.2");
	ck_assert(fdt_says(c.fdt, node, "method", "hvc"));
	check_serial(c.fdt, "serial0", SERIAL, 33);
	if (c.machine.devices)
		check_serial(c.fdt, "serial1", SERIAL + 0x10000, 34);
	else
		ck_assert_int_lt(fdt_path_offset(c.fdt, "serial1"), 0);
	ck_assert_str_eq(fdt_getprop(c.fdt, fdt_at(c.fdt, "/chosen"), "stdout-path", NULL),
			 "serial0");
	node = fdt_node_offset_by_compatible(c.fdt, -1, "arm,armv8-timer");
	irq = fdt_cells(c.fdt, node, "interrupts", &nr);
	ck_assert_uint_eq(nr, 12);
	ck_assert_uint_eq(fdt32_to_cpu(irq[7]), 11);
	node = fdt_node_offset_by_compatible(c.fdt, -1, "arm,armv8-pmuv3");
	ck_assert_int_eq(node >= 0, c.host.pmu);
	fdt_case_free(&c);
}
END_TEST

START_TEST(chosen_is_what_the_boot_says)
{
	static const struct fdt_chosen chosen = {
		.cmdline = "console=ttyS0 \"a b\"",
		.initrd = 0x142340000,
		.initrd_size = 0x12345,
		.kaslr_seed = 0x123456789abcdef0,
		.rng_seed = { 1, 2, 3, [31] = 32 },
	};
	struct fdt_case c;
	unsigned int nr;
	int node, size;

	fdt_case_make(&c, 0, &chosen);
	node = fdt_at(c.fdt, "/chosen");
	ck_assert_str_eq(fdt_getprop(c.fdt, node, "bootargs", NULL), chosen.cmdline);
	ck_assert_uint_eq(fdt_wide(fdt_cells(c.fdt, node, "linux,initrd-start", &nr)), 0x142340000);
	ck_assert_uint_eq(fdt_wide(fdt_cells(c.fdt, node, "linux,initrd-end", &nr)), 0x142352345);
	ck_assert_uint_eq(fdt_wide(fdt_cells(c.fdt, node, "kaslr-seed", &nr)), chosen.kaslr_seed);
	ck_assert_mem_eq(fdt_getprop(c.fdt, node, "rng-seed", &size), chosen.rng_seed, 32);
	ck_assert_int_eq(size, 32);
	fdt_case_free(&c);
	fdt_case_make(&c, 0, NULL);
	node = fdt_at(c.fdt, "/chosen");
	ck_assert_ptr_null(fdt_getprop(c.fdt, node, "bootargs", NULL));
	ck_assert_ptr_null(fdt_getprop(c.fdt, node, "linux,initrd-start", NULL));
	ck_assert_ptr_null(fdt_getprop(c.fdt, node, "kaslr-seed", NULL));
	fdt_case_free(&c);
}
END_TEST

/* @nodes nodes, the first with CPUs. Returns as fdt_build() does; *@size is the tree's. */
static int build_large(unsigned int nodes, unsigned int cpus, const struct fdt_chosen *chosen,
		       size_t *size, struct error *err)
{
	struct fdt_case c = { .host = { .ipa_bits = 48 } };
	int ret;

	c.machine.host = &c.host;
	topology_init(&c.machine.topology, nodes);
	for (unsigned int i = 0; i < nodes; i++)
		c.machine.topology.nodes[i].size = MIB;
	c.machine.topology.nodes[0].llcs = 1;
	c.machine.topology.cores = cpus;
	ck_assert_msg(!topology_finish(&c.machine.topology, err), "%s", err->text);
	ck_assert_int_eq(layout_build(&c.machine.topology, &space_arm64, &c.machine.layout, err),
			 0);
	ret = fdt_build(&c.machine, chosen, &c.blob, err);
	*size = c.blob.size;
	fdt_case_free(&c);
	return ret;
}

START_TEST(tree_is_bounded)
{
	struct error err;
	size_t size;

	ck_assert_int_eq(build_large(400, 1, NULL, &size, &err), 0);
	ck_assert(size > 400 * 400 * 12 && size <= FDT_MAX_SIZE);
	ck_assert_int_eq(build_large(512, 1, NULL, &size, &err), -1);
	ck_assert_msg(strstr(err.text, "use fewer nodes or CPUs") != NULL, "%s", err.text);
	ck_assert_uint_eq(size, 0);
	ck_assert_int_eq(build_large(1, ARM64_MAX_CPUS + 1, NULL, &size, &err), -1);
	ck_assert_msg(strstr(err.text, "6145 CPUs") != NULL, "%s", err.text);
	ck_assert_int_eq(build_large(1, 512, NULL, &size, &err), 0);
}
END_TEST

/* What plan has seen to fit, a run's longest command line and its initrd do not make too large. */
START_TEST(a_boot_fits_too)
{
	static char cmdline[2048];
	const struct fdt_chosen chosen = { .cmdline = cmdline, .initrd = GIB, .initrd_size = GIB };
	unsigned int cpus = 512;
	struct error err;
	size_t size;

	memset(cmdline, 'x', sizeof(cmdline) - 1);
	while (!build_large(385, cpus, NULL, &size, &err)) {
		ck_assert_msg(!build_large(385, cpus, &chosen, &size, &err), "%s", err.text);
		cpus++;
	}
	ck_assert_uint_gt(cpus, 513);
	ck_assert_msg(strstr(err.text, "2036 KiB") != NULL, "%s", err.text);
}
END_TEST

Suite *arm64_fdt_suite(void)
{
	Suite *s = suite_create("arm64_fdt");
	TCase *tc = tcase_create("arm64_fdt");
	unsigned int nr = fdt_case_count();

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, nodes_are_as_declared, 0, nr);
	tcase_add_loop_test(tc, each_cpu_once_and_in_order, 0, nr);
	tcase_add_test(tc, mpidr_is_kvms);
	tcase_add_loop_test(tc, caches_are_shared_as_declared, 0, nr);
	tcase_add_loop_test(tc, cpu_map_is_the_topology, 0, nr);
	tcase_add_loop_test(tc, gic_has_a_redistributor_a_cpu, 0, nr);
	tcase_add_loop_test(tc, devices_are_there, 0, nr);
	tcase_add_test(tc, chosen_is_what_the_boot_says);
	tcase_add_test(tc, tree_is_bounded);
	tcase_add_test(tc, a_boot_fits_too);
	suite_add_tcase(s, tc);
	return s;
}
