// SPDX-License-Identifier: MIT
/* Whether a host that is made up has enough for all nodes of a machine together. */
#include <string.h>

#include "tests/unit/capacity.h"
#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define BIND PLACEMENT_BIND
#define MIX PLACEMENT_INTERLEAVE

struct wish {
	unsigned int mib;
	enum placement_policy policy;
	const char *nodes; /* NULL: none are named */
	enum placement_pages pages;
	bool loose; /* not strict */
	bool later; /* not populated */
};

#define WISH(size, how, where, ...)                                       \
	{                                                                 \
		.mib = size, .policy = how, .nodes = where, ##__VA_ARGS__ \
	}

/* got: what became of each node, '-' for given up. */
static const struct {
	const char *name;
	struct wish wishes[3];
	amounts memory, huge, giant;
	unsigned int limit; /* of the cgroup; 0: none */
	const char *got; /* NULL: refused */
	const char *says;
} fits[] = {
	{ .name = "exact", .wishes = { WISH(64, BIND, "0") }, .memory = { 64 }, .got = "bind/thp" },
	{ .name = "one too small",
	  .wishes = { WISH(64, BIND, "0") },
	  .memory = { 63, 1000, 1000 },
	  .says = "node 0: needs 64 MiB of memory on host nodes 0, where 63 MiB are free" },
	{ .name = "not strict: the others then",
	  .wishes = { WISH(64, BIND, "0", .loose = true) },
	  .memory = { 63, 0, 1 },
	  .got = "preferred/thp-" },
	{ .name = "not strict, several",
	  .wishes = { WISH(64, BIND, "0,1", .loose = true) },
	  .memory = { 31, 32, 1 },
	  .got = "preferred-many/thp-" },
	{ .name = "not strict, after one that is",
	  .wishes = { WISH(64, BIND, "0", .loose = true), WISH(64, BIND, "1") },
	  .memory = { 32, 90, 80 },
	  .got = "preferred/thp- bind/thp" },
	{ .name = "not strict, without huge pages, after one that is",
	  .wishes = { WISH(64, BIND, "0,1", .pages = PLACEMENT_2M, .loose = true),
		      WISH(64, BIND, "1") },
	  .memory = { 64, 70 },
	  .got = "bind/thp- bind/thp" },
	{ .name = "unbound, without huge pages, after one that is",
	  .wishes = { WISH(64, PLACEMENT_DEFAULT, NULL, .pages = PLACEMENT_2M, .loose = true),
		      WISH(64, BIND, "1") },
	  .memory = { 64, 70 },
	  .got = "default/thp- bind/thp" },
	{ .name = "not strict, but nobody has it",
	  .wishes = { WISH(64, BIND, "0", .loose = true) },
	  .memory = { 31, 16, 16 },
	  .says = "node 0: needs 64 MiB of memory on host nodes all, where 63 MiB are free" },
	{ .name = "a sum of two",
	  .wishes = { WISH(64, BIND, "0,1") },
	  .memory = { 30, 34 },
	  .got = "bind/thp" },
	{ .name = "two on one",
	  .wishes = { WISH(64, BIND, "1"), WISH(64, BIND, "1") },
	  .memory = { 1000, 127 },
	  .says = "node 1: needs 64 MiB of memory on host nodes 1, where 63 MiB are free" },
	{ .name = "two on one, exact",
	  .wishes = { WISH(64, BIND, "1"), WISH(64, BIND, "1") },
	  .memory = { 0, 128 },
	  .got = "bind/thp bind/thp" },
	/* The one that can go elsewhere gives way, whatever the order of the nodes. */
	{ .name = "overlapping",
	  .wishes = { WISH(64, BIND, "0,1"), WISH(64, BIND, "0") },
	  .memory = { 64, 64 },
	  .got = "bind/thp bind/thp" },
	{ .name = "overlapping, other order",
	  .wishes = { WISH(64, BIND, "0"), WISH(64, BIND, "0,1") },
	  .memory = { 64, 64 },
	  .got = "bind/thp bind/thp" },
	{ .name = "overlapping, too small",
	  .wishes = { WISH(64, BIND, "0,1"), WISH(64, BIND, "0") },
	  .memory = { 64, 63 },
	  .says = "node 0: needs 64 MiB of memory on host nodes 0-1, where 63" },
	{ .name = "a node that can go elsewhere does",
	  .wishes = { WISH(64, PLACEMENT_PREFERRED, "0"), WISH(64, PLACEMENT_DEFAULT, NULL),
		      WISH(64, BIND, "0") },
	  .memory = { 100, 28, 64 },
	  .got = "preferred/thp default/thp bind/thp" },
	{ .name = "as long as there is an elsewhere",
	  .wishes = { WISH(64, PLACEMENT_PREFERRED, "0"), WISH(64, PLACEMENT_DEFAULT, NULL),
		      WISH(64, BIND, "0") },
	  .memory = { 100, 27, 64 },
	  .says = "node 1: needs 64 MiB of memory on host nodes all, where 63" },
	{ .name = "interleaved in equal shares",
	  .wishes = { WISH(64, MIX, "0,2") },
	  .memory = { 32, 0, 32 },
	  .got = "interleave/thp" },
	{ .name = "a share that is not there",
	  .wishes = { WISH(64, MIX, "0,2") },
	  .memory = { 1000, 1000, 31 },
	  .says = "node 0: interleaved, it needs 32 MiB of memory on host nodes 2, where 31" },
	{ .name = "a share that is not there, not strict",
	  .wishes = { WISH(64, MIX, "0,2", .loose = true) },
	  .memory = { 33, 0, 31 },
	  .got = "interleave/thp-" },
	{ .name = "three shares",
	  .wishes = { WISH(64, MIX, "0,1,2") },
	  .memory = { 22, 22, 21 },
	  .says = "needs 22 MiB of memory on host nodes 2, where 21" },
	{ .name = "shares by weight",
	  .wishes = { WISH(64, PLACEMENT_WEIGHTED_INTERLEAVE, "0,1") },
	  .memory = { 16, 48 },
	  .got = "weighted-interleave/thp" },
	{ .name = "shares by weight that are not there",
	  .wishes = { WISH(64, PLACEMENT_WEIGHTED_INTERLEAVE, "0,1") },
	  .memory = { 32, 47 },
	  .says = "needs 48 MiB of memory on host nodes 1, where 47" },
	{ .name = "interleaved beside a bound one",
	  .wishes = { WISH(64, MIX, "0,1"), WISH(64, BIND, "0") },
	  .memory = { 95, 1000 },
	  .says = "node 0: interleaved, it needs 32 MiB of memory on host nodes 0, where 31" },
	{ .name = "a cgroup's limit",
	  .wishes = { WISH(64, BIND, "0"), WISH(64, MIX, "0,1"),
		      WISH(64, PLACEMENT_DEFAULT, NULL) },
	  .memory = { 1000, 1000 },
	  .limit = 192,
	  .got = "bind/thp interleave/thp default/thp" },
	{ .name = "a cgroup's limit, reached",
	  .wishes = { WISH(64, BIND, "0"), WISH(64, MIX, "0,1"),
		      WISH(64, PLACEMENT_DEFAULT, NULL) },
	  .memory = { 1000, 1000 },
	  .limit = 191,
	  .says = "node 2: needs 64 MiB of memory, but the memory cgroup of this process lets it "
		  "take 63" },
	{ .name = "a cgroup's limit, bound",
	  .wishes = { WISH(64, BIND, "0", .loose = true) },
	  .memory = { 1000, 1000 },
	  .limit = 63,
	  .says = "node 0: needs 64 MiB of memory, but the memory cgroup" },
	{ .name = "a cgroup's limit, interleaved",
	  .wishes = { WISH(64, MIX, "0,1") },
	  .memory = { 1000, 1000 },
	  .limit = 63,
	  .says = "node 0: needs 64 MiB of memory, but the memory cgroup" },
	{ .name = "a cgroup's limit is not of huge pages",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_2M) },
	  .huge = { 64 },
	  .limit = 1,
	  .got = "bind/2M" },
	{ .name = "what is not populated needs nothing yet",
	  .wishes = { WISH(64, BIND, "0", .later = true) },
	  .got = "bind/thp" },
	{ .name = "2M",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_2M) },
	  .huge = { 64 },
	  .got = "bind/2M" },
	{ .name = "2M on another node",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_2M) },
	  .memory = { 1000, 1000 },
	  .huge = { 62, 1000 },
	  .says = "node 0: needs 64 MiB of 2M huge pages on host nodes 0, where 62 MiB are free" },
	{ .name = "2M on another node, not strict",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_2M, .loose = true) },
	  .memory = { 64 },
	  .huge = { 62, 1000 },
	  .got = "bind/thp-" },
	{ .name = "2M and no memory either",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_2M, .loose = true) },
	  .memory = { 63, 1 },
	  .huge = { 62, 1000 },
	  .got = "preferred/thp-" },
	{ .name = "2M near",
	  .wishes = { WISH(64, PLACEMENT_PREFERRED, "0", .pages = PLACEMENT_2M) },
	  .huge = { 62, 2 },
	  .got = "preferred/2M" },
	{ .name = "auto, not near enough",
	  .wishes = { WISH(64, PLACEMENT_PREFERRED, "0", .pages = PLACEMENT_AUTO) },
	  .memory = { 64 },
	  .huge = { 62, 2 },
	  .got = "preferred/thp" },
	{ .name = "2M anywhere",
	  .wishes = { WISH(64, PLACEMENT_DEFAULT, NULL, .pages = PLACEMENT_2M) },
	  .huge = { 10, 20, 34 },
	  .got = "default/2M" },
	{ .name = "2M nowhere",
	  .wishes = { WISH(64, PLACEMENT_DEFAULT, NULL, .pages = PLACEMENT_2M) },
	  .huge = { 10, 20, 32 },
	  .says = "on host nodes all, where 62 MiB" },
	{ .name = "2M is needed by interleaving too",
	  .wishes = { WISH(64, MIX, "0,1", .pages = PLACEMENT_2M) },
	  .huge = { 100, 30, 100 },
	  .says = "needs 32 MiB of 2M huge pages on host nodes 1, where 30 MiB" },
	{ .name = "1G in shares of whole pages",
	  .wishes = { WISH(3072, MIX, "0,1", .pages = PLACEMENT_1G),
		      WISH(3072, MIX, "0,1", .pages = PLACEMENT_1G) },
	  .giant = { 3072, 3072 },
	  .says = "node 1: interleaved, it needs 2048 MiB of 1G huge pages on host nodes 0, where "
		  "1024" },
	{ .name = "auto, interleaved",
	  .wishes = { WISH(64, MIX, "0,1", .pages = PLACEMENT_AUTO) },
	  .memory = { 32, 32 },
	  .huge = { 100, 30, 100 },
	  .got = "interleave/thp" },
	{ .name = "1G is not 2M",
	  .wishes = { WISH(1024, BIND, "0", .pages = PLACEMENT_1G) },
	  .huge = { 2048 },
	  .says = "1024 MiB of 1G huge pages on host nodes 0, where 0" },
	{ .name = "1G",
	  .wishes = { WISH(1024, BIND, "0", .pages = PLACEMENT_1G) },
	  .giant = { 1024 },
	  .got = "bind/1G" },
	{ .name = "auto with enough",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_AUTO) },
	  .huge = { 64 },
	  .got = "bind/2M" },
	{ .name = "auto without",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_AUTO) },
	  .memory = { 64 },
	  .huge = { 62, 1000 },
	  .got = "bind/thp" },
	{ .name = "auto, odd size",
	  .wishes = { WISH(63, BIND, "0", .pages = PLACEMENT_AUTO) },
	  .memory = { 64 },
	  .huge = { 1000 },
	  .got = "bind/thp" },
	{ .name = "auto, not populated",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_AUTO, .later = true) },
	  .huge = { 64 },
	  .got = "bind/thp" },
	{ .name = "auto leaves them to one that needs them",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_AUTO),
		      WISH(64, BIND, "0", .pages = PLACEMENT_2M) },
	  .memory = { 64 },
	  .huge = { 64 },
	  .got = "bind/thp bind/2M" },
	{ .name = "auto leaves them to one with more choice",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_AUTO),
		      WISH(64, MIX, "0,1", .pages = PLACEMENT_2M) },
	  .memory = { 64 },
	  .huge = { 64, 32 },
	  .got = "bind/thp interleave/2M" },
	{ .name = "two autos, pages for one",
	  .wishes = { WISH(64, BIND, "0", .pages = PLACEMENT_AUTO),
		      WISH(64, BIND, "0", .pages = PLACEMENT_AUTO) },
	  .memory = { 64 },
	  .huge = { 64 },
	  .got = "bind/2M bind/thp" },
	{ .name = "a mistake of one is not the other's",
	  .wishes = { WISH(64, BIND, "0"), WISH(64, BIND, "1", .loose = true),
		      WISH(64, BIND, "2") },
	  .memory = { 64, 63, 65 },
	  .got = "bind/thp preferred/thp- bind/thp" },
};

static struct backing make_backing(const struct wish *wish)
{
	return (struct backing){
		.policy = wish->policy,
		.nodes = wish->nodes ? make_set(wish->nodes) : NULL,
		.pages = &page_kinds[wish->pages],
		.populate = !wish->later,
		.strict = !wish->loose,
	};
}

/* The machine of @wishes, one backing per node. */
static void make_machine(const struct wish wishes[3], struct machine *m, struct backing backings[3])
{
	unsigned int nr = 1;
	struct error err;

	while (nr < 3 && wishes[nr].mib)
		nr++;
	*m = (struct machine){ 0 };
	topology_init(&m->topology, nr);
	for (unsigned int i = 0; i < nr; i++) {
		m->topology.nodes[i].size = wishes[i].mib * MIB;
		backings[i] = make_backing(&wishes[i]);
	}
	ck_assert_int_eq(layout_build(&m->topology, &space_x86, &m->layout, &err), 0);
}

START_TEST(machine_fits_or_not)
{
	struct backing backings[3];
	struct capacity capacity;
	struct machine m;
	struct error err = { 0 };
	char got[100];
	int ret;

	make_capacity(&capacity, fits[_i].memory, fits[_i].huge, fits[_i].giant);
	if (fits[_i].limit)
		capacity.limit = fits[_i].limit * MIB;
	make_machine(fits[_i].wishes, &m, backings);
	ret = fit_into(&m, backings, &capacity, &err);
	ck_assert_msg(ret == (fits[_i].got ? 0 : -1), "%s: %d, %s", fits[_i].name, ret, err.text);
	describe_backings(backings, m.topology.nr_nodes, got);
	if (fits[_i].got)
		ck_assert_msg(!strcmp(got, fits[_i].got), "%s: %s", fits[_i].name, got);
	else
		ck_assert_msg(strstr(err.text, fits[_i].says) && err.contention, "%s: %s",
			      fits[_i].name, err.text);
	for (unsigned int i = 0; i < m.topology.nr_nodes; i++)
		backing_free(&backings[i]);
	capacity_free(&capacity);
	machine_free(&m);
}
END_TEST

/* What is not populated is no lack now, but is told where its host nodes cannot hold it. */
static const struct {
	struct wish wishes[3];
	amounts memory;
	const char *says[2]; /* of node 0 and 1; NULL: nothing */
} later[] = {
	{ { WISH(64, BIND, "0", .later = true) }, { 64 }, { NULL } },
	{ { WISH(64, BIND, "0", .later = true) },
	  { 63, 1000 },
	  { "populate = no, but the guest may lack memory later: needs 64 MiB of memory on host "
	    "nodes 0, where 63 MiB are free" } },
	/* After all that is populated, and one after the other. */
	{ { WISH(64, BIND, "0", .later = true), WISH(64, BIND, "0") },
	  { 127 },
	  { "on host nodes 0, where 63" } },
	{ { WISH(64, BIND, "0", .later = true), WISH(64, BIND, "0", .later = true) },
	  { 127 },
	  { NULL, "on host nodes 0, where 63" } },
	{ { WISH(64, MIX, "0,1", .later = true) }, { 32, 31 }, { "on host nodes 1, where 31" } },
	/* It can go elsewhere, or was put nowhere. */
	{ { WISH(64, PLACEMENT_PREFERRED, "0", .later = true) }, { 0, 64 }, { NULL } },
	{ { WISH(64, PLACEMENT_DEFAULT, NULL, .later = true) }, { 0 }, { NULL } },
};

START_TEST(later_lack_is_told)
{
	struct backing backings[3];
	struct capacity capacity;
	struct machine m;
	struct error err = { 0 };
	static const amounts none = { 0 };

	make_capacity(&capacity, later[_i].memory, none, none);
	make_machine(later[_i].wishes, &m, backings);
	ck_assert_msg(!fit_into(&m, backings, &capacity, &err), "%s", err.text);
	for (unsigned int i = 0; i < m.topology.nr_nodes; i++) {
		const char *says = i < 2 ? later[_i].says[i] : NULL;

		ck_assert_str_eq(backings[i].given_up, "");
		if (says)
			ck_assert_msg(strstr(backings[i].warning.text, says) != NULL, "%s",
				      backings[i].warning.text);
		else
			ck_assert_str_eq(backings[i].warning.text, "");
		backing_free(&backings[i]);
	}
	capacity_free(&capacity);
	machine_free(&m);
}
END_TEST

Suite *fit_suite(void)
{
	Suite *s = suite_create("fit");
	TCase *tc = tcase_create("fit");

	tcase_add_loop_test(tc, machine_fits_or_not, 0, COUNT(fits));
	tcase_add_loop_test(tc, later_lack_is_told, 0, COUNT(later));
	suite_add_tcase(s, tc);
	return s;
}
