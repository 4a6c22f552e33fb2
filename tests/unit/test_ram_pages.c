// SPDX-License-Identifier: MIT
/* What the host's kernel says of guest memory: resident pages, their size, their policy, errors. */
#include <numa.h>
#include <numaif.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "mem/xalloc.h"
#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define HUGE_PAGE (2 * MIB)

/* The line "@key: N kB" of the mapping that holds @address in /proc/self/smaps, in bytes. */
static uint64_t smaps_value(const void *address, const char *key)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long from, to, kib = 0;
	bool here = false;
	char line[512];

	ck_assert_ptr_nonnull(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = (uintptr_t)address >= from && (uintptr_t)address < to;
		else if (here && !strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), ": %lu", &kib);
	}
	fclose(smaps);
	return kib * KIB;
}

START_TEST(populated_only_when_asked)
{
	struct memory g = { 0 };

	memory_make(&g, "1:8 0:8", _i);
	for (unsigned int i = 0; i < 2; i++) {
		unsigned char resident[8 * MIB / 4096];
		unsigned int pages = 0;

		ck_assert_int_eq(mincore(ram_range_hva(&g.ram, &g.machine.layout.ranges[i]),
					 8 * MIB, resident),
				 0);
		for (unsigned int page = 0; page < COUNT(resident); page++)
			pages += resident[page] & 1;
		ck_assert_uint_eq(pages, _i ? COUNT(resident) : 0);
	}
	memory_free(&g);
}
END_TEST

/* Populating comes after MADV_HUGEPAGE, or there would be no huge page. */
START_TEST(populated_in_huge_pages)
{
	struct memory g = { 0 };

	memory_make(&g, "1:32", true);
	ck_assert_uint_gt(smaps_value(g.ram.base, "AnonHugePages"), 0);
	memory_free(&g);
}
END_TEST

/* The same of all mappings that begin in @size bytes from @start on; -1 if one has not @flag. */
static int64_t smaps_sum(const uint8_t *start, uint64_t size, const char *key, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long from = 0, begin, end, kib;
	int64_t sum = 0;
	char line[512];

	ck_assert_ptr_nonnull(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			from = begin;
		if (from - (uintptr_t)start >= size)
			continue;
		if (!strncmp(line, key, strlen(key)) && sscanf(line + strlen(key), ": %lu", &kib))
			sum += kib * KIB;
		if (!strncmp(line, "VmFlags:", 8) && !strstr(line, flag))
			sum = INT64_MIN;
	}
	fclose(smaps);
	return sum < 0 ? -1 : sum;
}

/* What a boot writes makes no huge page; what the guest touches beside it does, in whole ones. */
START_TEST(written_in_small_pages)
{
	const char text[] = "text";
	struct memory g;
	uint8_t *base;

	memory_make(&g, "1:16", false);
	base = ram_hva(&g.ram, 0, 16 * MIB);
	ck_assert_int_eq(ram_write(&g.ram, 0x7000, text, sizeof(text)), 0);
	ck_assert_int_eq(ram_write(&g.ram, 4 * MIB - 2, text, sizeof(text)), 0);
	ck_assert_str_eq((char *)base + 0x7000, text);
	ck_assert_str_eq((char *)base + 4 * MIB - 2, text);
	ck_assert_int_eq(smaps_sum(base, 16 * MIB, "AnonHugePages", " hg"), 0);
	base[6 * MIB] = base[10 * MIB] = 1;
	ck_assert_int_eq(smaps_sum(base, 16 * MIB, "AnonHugePages", " hg"), 4 * MIB);
	ck_assert_int_eq(ram_write(&g.ram, 16 * MIB - 2, text, sizeof(text)), -1);
	memory_free(&g);
}
END_TEST

static const char *no_huge_pages(void)
{
	FILE *enabled = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
	char line[100] = "";

	if (enabled) {
		if (!fgets(line, sizeof(line), enabled))
			line[0] = 0;
		fclose(enabled);
	}
	if (strstr(line, "[always]") || strstr(line, "[madvise]"))
		return NULL;
	return "transparent huge pages are off";
}

/* The reservation is aligned wherever the kernel puts it. */
START_TEST(reservation_is_aligned)
{
	struct memory g[8];

	for (unsigned int i = 0; i < COUNT(g); i++) {
		/* An odd number of pages in between moves the next one. */
		void *page = mmap(NULL, (2 * i + 1) * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);

		ck_assert_ptr_ne(page, MAP_FAILED);
		memory_make(&g[i], "1:3", false);
		ck_assert_uint_eq((uintptr_t)g[i].ram.base % HUGE_PAGE, 0);
		ck_assert((void *)g[i].ram.base >= g[i].ram.reservation);
		ck_assert(g[i].ram.base + 3 * MIB <=
			  (uint8_t *)g[i].ram.reservation + g[i].ram.reserved);
	}
	for (unsigned int i = 0; i < COUNT(g); i++) {
		memory_free(&g[i]);
	}
}
END_TEST

/* Node 1 is bound to @host; if @late, the kernel is then asked for a node that no host has. */
static int bind_second(struct memory *g, const char *host, bool late, struct error *err)
{
	const struct ram_options options = { 0 };
	struct topology *t = &g->machine.topology;

	declare(t, "1:64 0:1024");
	t->nodes[1].placement.policy = PLACEMENT_BIND;
	t->nodes[1].placement.host = xstrdup(host);
	ck_assert_int_eq(layout_build(t, &space_x86, &g->machine.layout, err), 0);
	if (!late)
		return memory_fit(g, &options, err);
	ck_assert_int_eq(topology_finish(t, err), 0);
	ck_assert_int_eq(fit_make(&g->machine, &g->fit, err), 0);
	numa_bitmask_free(g->fit.backings[1].nodes);
	g->fit.backings[1].nodes = make_set("1023");
	return ram_allocate(&g->ram, &g->machine, &g->fit, &options, err);
}

/* A bind that we or the kernel refuse is an error that names the node, and nothing stays mapped. */
START_TEST(refused_bind_leaves_nothing)
{
	struct memory g = { 0 };
	struct error err = { 0 };
	uint64_t before = mapped_bytes(0, UINTPTR_MAX);

	ck_assert_int_eq(bind_second(&g, _i ? "0" : "99999", _i, &err), -1);
	ck_assert_msg(!strncmp(err.text, "node 1: ", 8), "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.text, _i ? "mbind (bind) to host nodes 1023" : "99999"));
	ck_assert_ptr_null(g.ram.reservation);
	ck_assert_uint_lt(mapped_bytes(0, UINTPTR_MAX), before + 64 * MIB);
	memory_free(&g);
}
END_TEST

START_TEST(bound_range_has_its_policy)
{
	struct memory g = { 0 };
	int mode = -1;

	declare(&g.machine.topology, "1:4 0:4");
	g.machine.topology.nodes[1].placement.policy = PLACEMENT_BIND;
	g.machine.topology.nodes[1].placement.host = xstrdup("0");
	memory_allocate(&g, true);
	ck_assert_int_eq(get_mempolicy(&mode, NULL, 0, ram_hva(&g.ram, 4 * MIB, 1), MPOL_F_ADDR),
			 0);
	ck_assert_int_eq(mode, MPOL_BIND);
	ck_assert_int_eq(
		get_mempolicy(&mode, NULL, 0, ram_hva(&g.ram, 8 * MIB - 1, 1), MPOL_F_ADDR), 0);
	ck_assert_int_eq(mode, MPOL_BIND);
	ck_assert_int_eq(get_mempolicy(&mode, NULL, 0, ram_hva(&g.ram, 0, 1), MPOL_F_ADDR), 0);
	ck_assert_int_eq(mode, MPOL_DEFAULT);
	memory_free(&g);
}
END_TEST

/* Pages of a node's 32 MiB and 4 MiB, and how many of them the kernel is asked for. */
static const struct {
	enum verify_mode mode;
	uint64_t asked[2];
} proofs[] = {
	{ VERIFY_SAMPLE, { 4096, 1024 } },
	{ VERIFY_FULL, { 8192, 1024 } },
	{ VERIFY_NO, { 0, 0 } },
};

static void check_progress(uint64_t done, uint64_t total)
{
	ck_assert_uint_le(done, total);
	ck_assert_uint_eq(total, 36 * MIB);
}

/* Two nodes that are populated and proven, and one that is neither. */
START_TEST(what_is_populated_is_proven)
{
	const struct ram_options options = { _i + 1, proofs[_i].mode, check_progress };
	struct memory g = { 0 };
	struct error err = { 0 };

	declare(&g.machine.topology, "1:32 0:4 0:8");
	for (unsigned int i = 0; i < 2; i++)
		g.machine.topology.nodes[i].placement.populate = true;
	ck_assert_int_eq(layout_build(&g.machine.topology, &space_x86, &g.machine.layout, &err), 0);
	ck_assert_msg(!memory_fit(&g, &options, &err), "%s", err.text);
	for (unsigned int i = 0; i < 2; i++) {
		const struct verify_counts *counts = &g.ram.nodes[i].counts;
		uint64_t there = 0;

		ck_assert_uint_eq(counts->asked, proofs[_i].asked[i]);
		ck_assert_uint_eq(counts->missing, 0);
		for (unsigned int node = 0; node < counts->nr_nodes; node++)
			there += counts->by_node[node];
		ck_assert_uint_eq(there, counts->asked);
		ck_assert(g.ram.nodes[i].seconds > 0);
		ck_assert(g.ram.nodes[i].seconds <= g.ram.populate_seconds);
	}
	ck_assert_uint_eq(g.ram.nodes[2].counts.asked, 0);
	ck_assert(g.ram.nodes[2].seconds == 0);
	memory_free(&g);
	ck_assert_ptr_null(g.ram.nodes);
}
END_TEST

/* Both halves of a node that is split are asked for. */
START_TEST(split_node_is_proven_whole)
{
	static const struct layout_space space = {
		.holes = { { 8 * MIB, 16 * MIB } },
		.nr_holes = 1,
		.phys_bits = 64,
	};
	const struct ram_options options = { .verify = VERIFY_FULL };
	struct memory g = { 0 };
	struct error err = { 0 };

	declare(&g.machine.topology, "1:12");
	g.machine.topology.nodes[0].placement.populate = true;
	ck_assert_int_eq(layout_build(&g.machine.topology, &space, &g.machine.layout, &err), 0);
	ck_assert_uint_eq(g.machine.layout.nr_ranges, 2);
	ck_assert_msg(!memory_fit(&g, &options, &err), "%s", err.text);
	ck_assert_uint_eq(g.ram.nodes[0].counts.asked, 12 * MIB / 4096);
	ck_assert_uint_eq(g.ram.nodes[0].counts.pages, 12 * MIB / 4096);
	memory_free(&g);
}
END_TEST

/* A memfd's pages are the file's, also for a second mapping; others are this process's alone. */
START_TEST(shared_is_a_file)
{
	struct memory g = { 0 };

	declare(&g.machine.topology, "1:4 0:4");
	g.machine.topology.nodes[1].placement.shared = true;
	memory_allocate(&g, true);
	ck_assert_uint_gt(smaps_value(ram_hva(&g.ram, 0, 1), "Anonymous"), 0);
	ck_assert_uint_eq(smaps_value(ram_hva(&g.ram, 4 * MIB, 1), "Anonymous"), 0);
	ck_assert_uint_eq(smaps_value(ram_hva(&g.ram, 4 * MIB, 1), "Rss"), 4 * MIB);
	/* Neither kind is in a core file. */
	ck_assert_int_eq(smaps_sum(g.ram.base, 8 * MIB, "Rss", " dd"), 8 * MIB);
	memory_free(&g);
}
END_TEST

START_TEST(small_pages_when_asked)
{
	struct memory g = { 0 };

	declare(&g.machine.topology, "1:32");
	g.machine.topology.nodes[0].placement.pages = PLACEMENT_4K;
	memory_allocate(&g, true);
	ck_assert_uint_eq(smaps_value(g.ram.base, "AnonHugePages"), 0);
	ck_assert_uint_eq(smaps_value(g.ram.base, "Rss"), 32 * MIB);
	memory_free(&g);
}
END_TEST

/* What a node that is not strict cannot have is told, and the rest is as declared. */
START_TEST(not_strict_goes_without)
{
	struct memory g = { 0 };

	declare(&g.machine.topology, "1:4 0:4");
	g.machine.topology.nodes[1].placement.policy = PLACEMENT_BIND;
	g.machine.topology.nodes[1].placement.host = xstrdup("1023");
	g.machine.topology.nodes[1].placement.strict = false;
	memory_allocate(&g, true);
	ck_assert_str_eq(g.fit.backings[0].given_up, "");
	ck_assert_ptr_nonnull(strstr(g.fit.backings[1].given_up, "1023"));
	ck_assert_int_eq(g.fit.backings[1].policy, PLACEMENT_DEFAULT);
	ck_assert_uint_eq(g.ram.nodes[1].counts.asked, 1024);
	memory_free(&g);
}
END_TEST

/* As many huge pages as would be all of this host: told before anything is taken. */
static const struct {
	struct placement placement;
	const char *says;
} lacks[] = {
	{ { .pages = PLACEMENT_2M, .populate = true, .strict = true }, "2M huge pages" },
	{ { .pages = PLACEMENT_1G, .populate = true, .strict = true }, "1G huge pages" },
	{ { .policy = PLACEMENT_LOCAL, .pages = PLACEMENT_2M, .populate = true, .strict = true },
	  "2M huge pages on host nodes " },
};

START_TEST(lack_is_contention)
{
	const struct ram_options options = { 0 };
	unsigned int mib = host_mib() & ~1023U;
	struct memory g = { 0 };
	struct error err = { 0 };
	char says[100];

	declare(&g.machine.topology, "1:0 0:1");
	g.machine.topology.nodes[1].size = mib * MIB;
	g.machine.topology.nodes[1].placement = lacks[_i].placement;
	ck_assert_int_eq(layout_build(&g.machine.topology, &space_x86, &g.machine.layout, &err), 0);
	ck_assert_int_eq(memory_fit(&g, &options, &err), -1);
	snprintf(says, sizeof(says), "node 1: needs %u MiB of %s", mib, lacks[_i].says);
	ck_assert_msg(strstr(err.text, says) == err.text, "%s", err.text);
	ck_assert(err.contention);
	ck_assert(!g.ram.reservation && !g.ram.nodes);
	memory_free(&g);
}
END_TEST

/* No 47-bit address space has this much; no host either, which is not asked here. */
START_TEST(too_much_is_refused)
{
	const struct ram_options options = { 0 };
	struct backing backing = { .pages = &page_kinds[PLACEMENT_THP] };
	struct memory g = { .fit.backings = &backing };
	struct error err = { 0 };

	declare(&g.machine.topology, "1:268435456");
	ck_assert_int_eq(layout_build(&g.machine.topology, &space_x86, &g.machine.layout, &err), 0);
	ck_assert_int_eq(ram_allocate(&g.ram, &g.machine, &g.fit, &options, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "268435456 MiB"));
	ck_assert(err.contention);
	machine_free(&g.machine);
}
END_TEST

Suite *ram_pages_suite(void)
{
	const TTest *const with_numa[] = {
		bound_range_has_its_policy,
		split_node_is_proven_whole,
		not_strict_goes_without,
	};
	const TTest *const with_thp[] = { populated_in_huge_pages, written_in_small_pages };
	Suite *s = suite_create("ram_pages");
	const char *no_numa = numa_available() < 0 ? "this kernel has no NUMA policy" : NULL;
	TCase *tc = tcase_create("ram_pages");

	add_or_skip(tc, with_numa, COUNT(with_numa), no_numa);
	if (no_numa)
		skip_test("refused_bind_leaves_nothing", no_numa);
	else
		tcase_add_loop_test(tc, refused_bind_leaves_nothing, 0, 2);
	add_or_skip(tc, with_thp, COUNT(with_thp), no_huge_pages());
	tcase_add_loop_test(tc, populated_only_when_asked, 0, 2);
	tcase_add_test(tc, reservation_is_aligned);
	tcase_add_test(tc, shared_is_a_file);
	tcase_add_test(tc, small_pages_when_asked);
	tcase_add_loop_test(tc, what_is_populated_is_proven, 0, COUNT(proofs));
	tcase_add_loop_test(tc, lack_is_contention, 0, COUNT(lacks));
	tcase_add_test(tc, too_much_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
