// SPDX-License-Identifier: MIT
/* Whether a host that is made up has enough for all nodes of a machine together. */
#include <stdio.h>
#include <string.h>

#include "mem/capacity.h"
#include "mem/fit.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define HOST_NODES 3

/* MiB on each host node. */
typedef unsigned int amounts[HOST_NODES];

static void make_capacity(struct capacity *capacity, const amounts memory, const amounts huge,
			  const amounts giant)
{
	capacity_init(capacity, HOST_NODES);
	for (unsigned int i = 0; i < HOST_NODES; i++) {
		capacity->weights[i] = i == 1 ? 3 : 1;
		capacity->free_bytes[CAPACITY_MEMORY][i] = memory[i] * MIB;
		capacity->free_bytes[CAPACITY_2M][i] = huge[i] * MIB;
		capacity->free_bytes[CAPACITY_1G][i] = giant[i] * MIB;
	}
}

static const struct {
	const char *nodes; /* NULL: all */
	unsigned int size;
	amounts has, left;
	const char *says; /* NULL: taken */
} takes[] = {
	{ "0", 10, { 10, 20, 30 }, { 0, 20, 30 }, NULL },
	{ "0", 11, { 10, 20, 30 }, { 10, 20, 30 }, "11 MiB of memory on host nodes 0, where 10" },
	{ "0,2", 40, { 10, 20, 30 }, { 0, 20, 0 }, NULL },
	{ "0,2", 41, { 10, 20, 30 }, { 10, 20, 30 }, "on host nodes 0,2, where 40 MiB are free" },
	/* From the one with most left. */
	{ "0,1,2", 5, { 10, 20, 30 }, { 10, 20, 25 }, NULL },
	{ "0,1,2", 35, { 10, 20, 30 }, { 10, 15, 0 }, NULL },
	{ NULL, 60, { 10, 20, 30 }, { 0, 0, 0 }, NULL },
	{ NULL, 61, { 10, 20, 30 }, { 10, 20, 30 }, "on host nodes all, where 60" },
	{ "0", 0, { 0, 0, 0 }, { 0, 0, 0 }, NULL },
	/* A host node that is not there has nothing. */
	{ "9", 1, { 10, 20, 30 }, { 10, 20, 30 }, "on host nodes 9, where 0" },
};

START_TEST(capacity_is_taken)
{
	struct bitmask *nodes = takes[_i].nodes ? make_set(takes[_i].nodes) : NULL;
	static const amounts none = { 0 };
	struct capacity capacity;
	struct error err = { 0 };

	make_capacity(&capacity, takes[_i].has, none, none);
	ck_assert_int_eq(
		capacity_take(&capacity, CAPACITY_MEMORY, nodes, takes[_i].size * MIB, &err),
		takes[_i].says ? -1 : 0);
	if (takes[_i].says)
		ck_assert_msg(err.contention && strstr(err.text, takes[_i].says), "%s", err.text);
	for (unsigned int i = 0; i < HOST_NODES; i++)
		ck_assert_uint_eq(capacity.free_bytes[CAPACITY_MEMORY][i], takes[_i].left[i] * MIB);
	if (nodes)
		numa_bitmask_free(nodes);
	capacity_free(&capacity);
}
END_TEST

START_TEST(kinds_of_pages)
{
	ck_assert_int_eq(capacity_kind(4096), CAPACITY_MEMORY);
	ck_assert_int_eq(capacity_kind(2 * MIB), CAPACITY_2M);
	ck_assert_int_eq(capacity_kind(GIB), CAPACITY_1G);
}
END_TEST

/* What this host has is at most what it is made of. */
START_TEST(host_is_read)
{
	struct capacity capacity;

	capacity_read(&capacity);
	ck_assert_uint_ge(capacity.nr_nodes, 1);
	ck_assert_uint_gt(capacity_on(&capacity, CAPACITY_MEMORY, NULL), 0);
	ck_assert_uint_lt(capacity_on(&capacity, CAPACITY_MEMORY, NULL), 1ULL << 50);
	capacity_free(&capacity);
}
END_TEST

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
	{ .name = "not strict, behind who is",
	  .wishes = { WISH(64, BIND, "0", .loose = true), WISH(64, BIND, "1") },
	  .memory = { 32, 90, 80 },
	  .got = "preferred/thp- bind/thp" },
	{ .name = "not strict, without huge pages, behind who is",
	  .wishes = { WISH(64, BIND, "0,1", .pages = PLACEMENT_2M, .loose = true),
		      WISH(64, BIND, "1") },
	  .memory = { 64, 70 },
	  .got = "bind/thp- bind/thp" },
	{ .name = "unbound, without huge pages, behind who is",
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
	{ .name = "who can go elsewhere does",
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

static struct place make_place(const struct wish *wish)
{
	return (struct place){
		.policy = wish->policy,
		.nodes = wish->nodes ? make_set(wish->nodes) : NULL,
		.page_size = wish->pages == PLACEMENT_2M   ? 2 * MIB
			     : wish->pages == PLACEMENT_1G ? GIB
							   : 4096,
		.thp = wish->pages == PLACEMENT_THP || wish->pages == PLACEMENT_AUTO,
		.choose_pages = wish->pages == PLACEMENT_AUTO,
		.populate = !wish->later,
		.strict = !wish->loose,
	};
}

/* The machine of @wishes, one place a node. */
static void make_machine(const struct wish wishes[3], struct topology *t, struct layout *layout,
			 struct place places[3])
{
	unsigned int nr = 1;
	struct error err;

	while (nr < 3 && wishes[nr].mib)
		nr++;
	topology_init(t, nr);
	for (unsigned int i = 0; i < nr; i++) {
		t->nodes[i].size = wishes[i].mib * MIB;
		places[i] = make_place(&wishes[i]);
	}
	ck_assert_int_eq(layout_build(t, &space_x86, layout, &err), 0);
}

static void describe(const struct place *places, unsigned int nr, char text[100])
{
	*text = 0;
	for (unsigned int i = 0; i < nr; i++)
		sprintf(text + strlen(text), "%s%s/%s%s", i ? " " : "",
			placement_policy_name(places[i].policy), place_pages_name(&places[i]),
			places[i].given_up[0] ? "-" : "");
}

START_TEST(machine_fits_or_not)
{
	struct place places[3];
	struct capacity capacity;
	struct layout layout;
	struct topology t;
	struct error err = { 0 };
	char got[100];
	int ret;

	make_capacity(&capacity, fits[_i].memory, fits[_i].huge, fits[_i].giant);
	if (fits[_i].limit)
		capacity.limit = fits[_i].limit * MIB;
	make_machine(fits[_i].wishes, &t, &layout, places);
	ret = fit_into(&t, &layout, places, &capacity, &err);
	ck_assert_msg(ret == (fits[_i].got ? 0 : -1), "%s: %d, %s", fits[_i].name, ret, err.text);
	describe(places, t.nr_nodes, got);
	if (fits[_i].got)
		ck_assert_msg(!strcmp(got, fits[_i].got), "%s: %s", fits[_i].name, got);
	else
		ck_assert_msg(strstr(err.text, fits[_i].says) && err.contention, "%s: %s",
			      fits[_i].name, err.text);
	for (unsigned int i = 0; i < t.nr_nodes; i++)
		place_free(&places[i]);
	capacity_free(&capacity);
	layout_free(&layout);
	topology_free(&t);
}
END_TEST

static const struct {
	struct placement placement; /* of node 1 of 2, 64 and 63 MiB */
	const char *got, *says;
} resolutions[] = {
	{ { .policy = BIND, .host = "0" }, "default/thp bind/thp", NULL },
	{ { .policy = BIND, .host = "1023" }, NULL, "node 1: host nodes \"1023\"" },
	{ { .policy = BIND, .host = "1023", .not_strict = true },
	  "default/thp default/thp-",
	  NULL },
	{ { .policy = BIND, .host = "x", .not_strict = true }, "default/thp default/thp-", NULL },
	{ { .pages = PLACEMENT_2M, .populate = true }, NULL, "node 1: 63 MiB cannot be made" },
	/* The declaration is wrong, not the host: nothing to give up. */
	{ { .pages = PLACEMENT_2M, .not_strict = true }, NULL, "node 1: 63 MiB cannot be made" },
};

START_TEST(placements_are_resolved)
{
	struct place places[2];
	struct layout layout;
	struct topology t;
	struct error err = { 0 };
	char got[100];
	int ret;

	declare(&t, "1:64 0:63");
	t.nodes[1].placement = resolutions[_i].placement;
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), 0);
	ret = fit_resolve(&t, &layout, places, &err);
	ck_assert_int_eq(ret, resolutions[_i].says ? -1 : 0);
	describe(places, 2, got);
	if (ret)
		ck_assert_msg(strstr(err.text, resolutions[_i].says) == err.text, "%s", err.text);
	else
		ck_assert_str_eq(got, resolutions[_i].got);
	for (unsigned int i = 0; i < 2; i++)
		place_free(&places[i]);
	t.nodes[1].placement = (struct placement){ 0 };
	layout_free(&layout);
	topology_free(&t);
}
END_TEST

/* More than any host has. */
START_TEST(this_host_is_asked)
{
	struct wish wishes[3] = { { .mib = 1 << 30, .policy = BIND, .nodes = "0" } };
	struct place places[3];
	struct layout layout;
	struct topology t;
	struct error err = { 0 };

	make_machine(wishes, &t, &layout, places);
	ck_assert_int_eq(fit_capacity(&t, &layout, places, &err), -1);
	ck_assert_msg(strstr(err.text, "node 0: needs 1073741824 MiB") == err.text, "%s", err.text);
	ck_assert(err.contention);
	places[0].populate = false;
	ck_assert_int_eq(fit_capacity(&t, &layout, places, &err), 0);
	place_free(&places[0]);
	layout_free(&layout);
	topology_free(&t);
}
END_TEST

Suite *fit_suite(void)
{
	const TTest *const with_numa[] = { this_host_is_asked };
	const char *reason = numa_available() < 0 ? "this kernel has no NUMA policy" : NULL;
	Suite *s = suite_create("fit");
	TCase *tc = tcase_create("fit");

	tcase_add_loop_test(tc, capacity_is_taken, 0, COUNT(takes));
	tcase_add_test(tc, kinds_of_pages);
	tcase_add_test(tc, host_is_read);
	tcase_add_loop_test(tc, machine_fits_or_not, 0, COUNT(fits));
	add_or_skip(tc, with_numa, COUNT(with_numa), reason);
	if (!reason)
		tcase_add_loop_test(tc, placements_are_resolved, 0, COUNT(resolutions));
	suite_add_tcase(s, tc);
	return s;
}
