// SPDX-License-Identifier: MIT
/* Host CPUs for guest cores, on hosts that are made up, and the plan for a machine on this one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/fit.h"
#include "mem/host.h"
#include "mem/pin.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* host[]: the first CPU of each CPU's core. */
static const struct {
	const char *name;
	unsigned int host[8], nr;
	const char *free;
	unsigned int cores, threads;
	const char *got; /* NULL: too few */
	const char *left;
} cases[] = {
	{ "no SMT", { 0, 1, 2, 3 }, 4, "0,1,2,3", 2, 1, "0 1", "2-3" },
	{ "no SMT, all", { 0, 1, 2, 3 }, 4, "0,1,2,3", 4, 1, "0 1 2 3", "" },
	{ "no SMT, too few", { 0, 1, 2, 3 }, 4, "0,1,2,3", 5, 1, NULL, NULL },
	{ "none free", { 0, 1 }, 2, "", 1, 1, NULL, NULL },
	{ "nothing to do", { 0, 1 }, 2, "0", 0, 1, "", "0" },
	{ "SMT, neighbours", { 0, 0, 2, 2 }, 4, "0,1,2,3", 2, 2, "0 1 2 3", "" },
	/* As Linux numbers most Intel hosts. */
	{ "SMT, halves", { 0, 1, 0, 1 }, 4, "0,1,2,3", 2, 2, "0 2 1 3", "" },
	{ "SMT, one guest core", { 0, 1, 0, 1 }, 4, "0,1,2,3", 1, 2, "0 2", "1,3" },
	{ "a core half taken", { 0, 1, 0, 1 }, 4, "0,1,3", 1, 2, "1 3", "0" },
	/* One thread each: a core of its own while there are any. */
	{ "whole cores first", { 0, 0, 2, 2 }, 4, "0,1,2,3", 2, 1, "0 2", "1,3" },
	{ "whole cores, then halves", { 0, 0, 2, 2 }, 4, "0,1,2,3", 3, 1, "0 2 1", "3" },
	{ "the whole one before the half", { 0, 0, 2, 2 }, 4, "1,2,3", 1, 1, "2", "1,3" },
	/* Guest SMT on a host without: apart rather than not at all. */
	{ "guest SMT alone", { 0, 1, 2, 3 }, 4, "0,1,2,3", 2, 2, "0 1 2 3", "" },
	{ "guest SMT, too few", { 0, 1, 2 }, 3, "0,1,2", 2, 2, NULL, NULL },
	{ "one together, one apart", { 0, 0, 2, 3 }, 4, "0,1,2,3", 2, 2, "0 1 2 3", "" },
	{ "four threads per core",
	  { 0, 0, 0, 0, 4, 4, 4, 4 },
	  8,
	  "0,1,2,3,4,5,6,7",
	  1,
	  4,
	  "0 1 2 3",
	  "4-7" },
	{ "two of four", { 0, 0, 0, 0, 4, 4, 4, 4 }, 8, "0,4,5,6,7", 2, 2, "4 5 6 7", "0" },
	/* CPUs beyond the host's are none. */
	{ "not of the host", { 0, 1 }, 2, "0,7", 2, 1, NULL, NULL },
};

START_TEST(cores_are_found)
{
	struct pin_host host = { cases[_i].nr, (unsigned int *)cases[_i].host };
	struct bitmask *free_cpus = make_set(cases[_i].free);
	unsigned int cpus[16] = { 0 }, nr = cases[_i].cores * cases[_i].threads;
	char got[100] = "", *left;
	int ret = pin_cores(&host, free_cpus, cases[_i].cores, cases[_i].threads, cpus);

	ck_assert_msg(ret == (cases[_i].got ? 0 : -1), "%s: %d", cases[_i].name, ret);
	for (unsigned int i = 0; !ret && i < nr; i++)
		sprintf(got + strlen(got), "%s%u", i ? " " : "", cpus[i]);
	left = host_list(free_cpus);
	if (!ret)
		ck_assert_msg(!strcmp(got, cases[_i].got) && !strcmp(left, cases[_i].left),
			      "%s: %s, left %s", cases[_i].name, got, left);
	free(left);
	numa_bitmask_free(free_cpus);
}
END_TEST

START_TEST(this_host_has_cores)
{
	struct pin_host host;

	pin_host_read(&host);
	ck_assert_uint_ge(host.nr_cpus, 1);
	for (unsigned int cpu = 0; cpu < host.nr_cpus; cpu++) {
		ck_assert_uint_le(host.core[cpu], cpu);
		ck_assert_uint_eq(host.core[host.core[cpu]], host.core[cpu]);
	}
	pin_host_free(&host);
	ck_assert_ptr_null(host.core);
}
END_TEST

/* A machine whose topology is declared, and its fit. */
struct pinned {
	struct machine machine;
	struct fit fit;
};

static int make(struct pinned *p, struct error *err)
{
	ck_assert_int_eq(topology_finish(&p->machine.topology, err), 0);
	ck_assert_int_eq(layout_build(&p->machine.topology, &space_x86, &p->machine.layout, err),
			 0);
	return fit_make(&p->machine, &p->fit, err);
}

/* A machine of 2 nodes, one CPU each, the second of memory that is on host node 0 or anywhere. */
static int make_two(struct pinned *p, enum placement_pin pin, const char *cpus, const char *host,
		    struct error *err)
{
	struct placement *placement;

	declare(&p->machine.topology, "1:4 1:4");
	placement = &p->machine.topology.nodes[1].placement;
	placement->pin = pin;
	placement->cpus = cpus ? strdup(cpus) : NULL;
	placement->host = host ? strdup(host) : NULL;
	placement->policy = host ? PLACEMENT_BIND : PLACEMENT_DEFAULT;
	return make(p, err);
}

static void end(struct pinned *p)
{
	fit_free(&p->fit);
	machine_free(&p->machine);
}

static const struct {
	enum placement_pin pin;
	const char *cpus, *host;
	const char *says; /* NULL: good */
	int weight; /* of the second CPU's mask; -1: as many as host node 0 has, 0: none */
} plans[] = {
	{ PLACEMENT_PIN_NODE, NULL, NULL, NULL, 0 },
	{ PLACEMENT_PIN_NODE, NULL, "0", NULL, -1 },
	{ PLACEMENT_PIN_NONE, NULL, "0", NULL, 0 },
	{ PLACEMENT_PIN_CORE, NULL, "0", NULL, 1 },
	{ PLACEMENT_PIN_CORE, NULL, NULL, NULL, 1 },
	{ PLACEMENT_PIN_LIST, "all", NULL, NULL, -1 },
	{ PLACEMENT_PIN_LIST, "x", NULL, "node 1: pin = x: must be node, core, none or a list", 0 },
	{ PLACEMENT_PIN_LIST, "99999", NULL, "node 1: pin = 99999", 0 },
	{ PLACEMENT_PIN_LIST, "", NULL, "node 1: pin = :", 0 },
};

START_TEST(vcpus_are_planned)
{
	struct bitmask *all = make_set("0"), *cpus;
	struct error err = { 0 };
	struct pinned p = { 0 };
	int ret = make_two(&p, plans[_i].pin, plans[_i].cpus, plans[_i].host, &err), want;

	cpus = host_cpus(all);
	want = plans[_i].weight < 0 ? (int)numa_bitmask_weight(cpus) : plans[_i].weight;
	ck_assert_msg(ret == (plans[_i].says ? -1 : 0), "%d: %s", ret, err.text);
	if (ret)
		ck_assert_msg(strstr(err.text, plans[_i].says) == err.text, "%s", err.text);
	/* The first node says nothing of host nodes. */
	ck_assert_ptr_null(p.fit.masks[0]);
	ck_assert_int_eq(p.fit.masks[1] ? (int)numa_bitmask_weight(p.fit.masks[1]) : 0, want);
	numa_bitmask_free(all);
	numa_bitmask_free(cpus);
	end(&p);
}
END_TEST

/* Two nodes of pin = core, the first with one CPU. */
static int make_cores(struct pinned *p, unsigned int second, struct error *err)
{
	declare(&p->machine.topology, "1:4 1:4");
	for (unsigned int i = 0; i < 2; i++)
		p->machine.topology.nodes[i].placement.pin = PLACEMENT_PIN_CORE;
	p->machine.topology.nodes[1].llcs = second;
	return make(p, err);
}

/* One CPU each and none for two, until there are no more. */
START_TEST(own_cpus_run_out)
{
	struct bitmask *cpus = host_cpus(NULL);
	unsigned int has = numa_bitmask_weight(cpus);
	struct error err = { 0 };
	struct pinned p = { 0 };

	ck_assert_int_eq(make_cores(&p, has > 1 ? has - 1 : 1, &err), has > 1 ? 0 : -1);
	for (unsigned int i = 0; has > 1 && i < has; i++)
		for (unsigned int j = 0; j < i; j++)
			ck_assert(!numa_bitmask_equal(p.fit.masks[i], p.fit.masks[j]));
	end(&p);
	ck_assert_int_eq(make_cores(&p, has, &err), -1);
	ck_assert_msg(strstr(err.text, "node 1: pin = core: ") == err.text, "%s", err.text);
	end(&p);
	numa_bitmask_free(cpus);
}
END_TEST

/* A CPU that another node's list names is nobody's own. */
START_TEST(own_cpus_are_not_listed)
{
	struct bitmask *cpus = host_cpus(NULL);
	unsigned int has = numa_bitmask_weight(cpus), first = 0;
	struct error err = { 0 };
	struct pinned p = { 0 };
	int ret;

	while (!numa_bitmask_isbitset(cpus, first))
		first++;
	declare(&p.machine.topology, "1:4 1:4");
	p.machine.topology.nodes[0].placement.pin = PLACEMENT_PIN_CORE;
	p.machine.topology.nodes[1].placement.pin = PLACEMENT_PIN_LIST;
	p.machine.topology.nodes[1].placement.cpus = xasprintf("%u", first);
	ret = make(&p, &err);
	ck_assert_int_eq(ret, has > 1 ? 0 : -1);
	if (!ret) {
		ck_assert_uint_eq(numa_bitmask_weight(p.fit.masks[0]), 1);
		ck_assert(!numa_bitmask_isbitset(p.fit.masks[0], first));
		ck_assert(numa_bitmask_isbitset(p.fit.masks[1], first));
	}
	numa_bitmask_free(cpus);
	end(&p);
}
END_TEST

Suite *pin_suite(void)
{
	Suite *s = suite_create("pin");
	TCase *tc = tcase_create("pin");

	tcase_add_loop_test(tc, cores_are_found, 0, COUNT(cases));
	tcase_add_test(tc, this_host_has_cores);
	if (numa_available() < 0) {
		skip_test("vcpus_are_planned", "this kernel has no NUMA policy");
	} else {
		tcase_add_loop_test(tc, vcpus_are_planned, 0, COUNT(plans));
		tcase_add_test(tc, own_cpus_run_out);
		tcase_add_test(tc, own_cpus_are_not_listed);
	}
	suite_add_tcase(s, tc);
	return s;
}
