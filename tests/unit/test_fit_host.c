// SPDX-License-Identifier: MIT
/* The fit as run and plan make it, on this host. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define BIND PLACEMENT_BIND

static void end(struct memory *m)
{
	fit_free(&m->fit);
	machine_free(&m->machine);
}

/* Makes the fit of the machine whose topology is declared. */
static int make(struct memory *m, struct error *err)
{
	struct topology *t = &m->machine.topology;

	ck_assert_msg(!topology_finish(t, err), "%s", err->text);
	ck_assert_int_eq(layout_build(t, &space_x86, &m->machine.layout, err), 0);
	return fit_make(&m->machine, &m->fit, err);
}

static const struct {
	struct placement placement; /* of node 1 of 2, 64 and 63 MiB */
	const char *got, *says;
} resolutions[] = {
	{ { .policy = BIND, .host = "0", .strict = true }, "default/4k bind/4k", NULL },
	{ { .policy = BIND, .host = "1023", .strict = true }, NULL, "node 1: host nodes \"1023\"" },
	{ { .policy = BIND, .host = "1023" }, "default/4k default/4k-", NULL },
	{ { .policy = BIND, .host = "x" }, "default/4k default/4k-", NULL },
	{ { .pages = PLACEMENT_2M, .populate = true, .strict = true },
	  NULL,
	  "node 1: 63 MiB cannot be made" },
	/* The declaration is wrong, not the host: nothing to give up. */
	{ { .pages = PLACEMENT_2M }, NULL, "node 1: 63 MiB cannot be made" },
};

/* Both are of small pages, since not every host gives others. */
START_TEST(placements_are_resolved)
{
	struct memory m = { 0 };
	struct error err = { 0 };
	struct placement *placement;
	char got[100];
	int ret;

	declare(&m.machine.topology, "1:64 0:63");
	m.machine.topology.nodes[0].placement.pages = PLACEMENT_4K;
	placement = &m.machine.topology.nodes[1].placement;
	*placement = resolutions[_i].placement;
	placement->host = placement->host ? xstrdup(placement->host) : NULL;
	if (resolutions[_i].got)
		placement->pages = PLACEMENT_4K;
	ret = make(&m, &err);
	ck_assert_int_eq(ret, resolutions[_i].says ? -1 : 0);
	describe_backings(m.fit.backings, 2, got);
	if (ret)
		ck_assert_msg(strstr(err.text, resolutions[_i].says) == err.text, "%s", err.text);
	else
		ck_assert_str_eq(got, resolutions[_i].got);
	end(&m);
}
END_TEST

/* The next machine waits, as long as @held, for this one to have taken what it needs. */
static void check_lock(struct fit *fit, bool held)
{
	int other = open("/sys/devices/system/node", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(fit->lock >= 0, held && other >= 0);
	if (fit->lock >= 0) {
		ck_assert_int_eq(flock(other, LOCK_EX | LOCK_NB), -1);
		ck_assert_int_eq(errno, EWOULDBLOCK);
	}
	fit_unlock(fit);
	ck_assert_int_eq(fit->lock, -1);
	close(other);
}

/* As much as it has at all is never free; what is not populated is not asked for. */
START_TEST(this_host_is_asked)
{
	unsigned int mib = host_mib();
	struct memory m = { 0 };
	struct error err = { 0 };
	char says[80];

	declare(&m.machine.topology, "1:1");
	m.machine.topology.nodes[0].size = mib * MIB;
	m.machine.topology.nodes[0].placement =
		(struct placement){ BIND, xstrdup("0"), .populate = _i, .strict = true };
	ck_assert_int_eq(make(&m, &err), _i ? -1 : 0);
	snprintf(says, sizeof(says), "node 0: needs %u MiB of memory on host nodes 0", mib);
	if (_i)
		ck_assert_msg(strstr(err.text, says) == err.text && err.contention, "%s", err.text);
	check_lock(&m.fit, _i);
	end(&m);
}
END_TEST

/* Trying again would not help: no lack that can pass. */
START_TEST(more_than_the_host_has)
{
	struct memory m = { 0 };
	struct error err = { 0 };
	char says[80];

	declare(&m.machine.topology, "1:1");
	m.machine.topology.nodes[0].size = (host_mib() + 1) * MIB;
	m.machine.topology.nodes[0].placement.populate = true;
	ck_assert_int_eq(make(&m, &err), -1);
	snprintf(says, sizeof(says), "memory: %llu MiB are more than the ",
		 (unsigned long long)host_mib() + 1);
	ck_assert_msg(strstr(err.text, says) == err.text && !err.contention, "%s", err.text);
	/* What plan shows all the same. */
	ck_assert_ptr_nonnull(m.fit.backings[0].pages);
	end(&m);
}
END_TEST

/* A pin that cannot be had is told before a page is taken, and by no second function. */
START_TEST(pins_are_part_of_it)
{
	uint64_t before = mapped_bytes(0, UINTPTR_MAX);
	struct memory m = { 0 };
	struct error err = { 0 };

	declare(&m.machine.topology, "8192:64");
	m.machine.topology.nodes[0].placement.populate = true;
	m.machine.topology.nodes[0].placement.pin = PLACEMENT_PIN_CORE;
	ck_assert_int_eq(make(&m, &err), -1);
	ck_assert_msg(strstr(err.text, "node 0: pin = core: 8192 vCPUs need a CPU each") ==
			      err.text,
		      "%s", err.text);
	ck_assert_uint_lt(mapped_bytes(0, UINTPTR_MAX), before + 64 * MIB);
	end(&m);
}
END_TEST

static const struct placement empties[] = {
	{ .policy = BIND, .host = "0", .pages = PLACEMENT_2M, .populate = true, .strict = true },
	{ .policy = BIND, .host = "0", .pages = PLACEMENT_1G, .populate = true, .strict = true },
	{ .policy = BIND, .host = "0", .pages = PLACEMENT_AUTO, .populate = true, .strict = true },
	{ .policy = PLACEMENT_INTERLEAVE, .host = "0", .populate = true, .strict = true },
	{ .policy = PLACEMENT_WEIGHTED_INTERLEAVE, .host = "0", .populate = true, .strict = true },
	{ .policy = PLACEMENT_PREFERRED, .host = "0", .shared = true, .strict = true },
	{ .policy = PLACEMENT_LOCAL, .pages = PLACEMENT_2M, .populate = true, .strict = true },
	{ .pin = PLACEMENT_PIN_CORE, .populate = true, .strict = true },
};

/* A node of CPUs alone takes nothing, whatever is declared of its memory. */
START_TEST(node_without_memory)
{
	const struct ram_options options = { .verify = VERIFY_FULL };
	struct memory m = { 0 };
	struct error err = { 0 };
	struct placement *placement;

	declare(&m.machine.topology, "1:0 0:3");
	placement = &m.machine.topology.nodes[0].placement;
	*placement = empties[_i];
	placement->host = placement->host ? xstrdup(placement->host) : NULL;
	ck_assert_int_eq(layout_build(&m.machine.topology, &space_x86, &m.machine.layout, &err), 0);
	ck_assert_msg(!memory_fit(&m, &options, &err), "%s", err.text);
	ck_assert_str_eq(m.fit.backings[0].given_up, "");
	ck_assert_uint_eq(m.ram.nodes[0].counts.asked, 0);
	ck_assert_ptr_nonnull(ram_hva(&m.ram, 0, 3 * MIB));
	memory_free(&m);
}
END_TEST

Suite *fit_host_suite(void)
{
	const char *reason = numa_available() < 0 ? "this kernel has no NUMA policy" : NULL;
	Suite *s = suite_create("fit_host");
	TCase *tc = tcase_create("fit_host");

	if (reason) {
		skip_test("fit_host", reason);
	} else {
		tcase_add_loop_test(tc, placements_are_resolved, 0, COUNT(resolutions));
		tcase_add_loop_test(tc, this_host_is_asked, 0, 2);
		tcase_add_loop_test(tc, node_without_memory, 0, COUNT(empties));
		tcase_add_test(tc, pins_are_part_of_it);
	}
	tcase_add_test(tc, more_than_the_host_has);
	suite_add_tcase(s, tc);
	return s;
}
