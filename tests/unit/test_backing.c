// SPDX-License-Identifier: MIT
/* Placements resolved on this host, and policies as its kernel takes them. */
#include <numaif.h>
#include <string.h>
#include <sys/mman.h>

#include "mem/backing.h"
#include "mem/host.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	enum placement_pages pages;
	uint64_t size;
	unsigned int huge_shift;
	enum page_pool pool;
	const char *name;
} kinds[] = {
	{ PLACEMENT_THP, 4096, 0, PAGE_POOL_MEMORY, "thp" },
	{ PLACEMENT_4K, 4096, 0, PAGE_POOL_MEMORY, "4k" },
	{ PLACEMENT_2M, 2 * MIB, 21, PAGE_POOL_2M, "2M" },
	{ PLACEMENT_1G, GIB, 30, PAGE_POOL_1G, "1G" },
	{ PLACEMENT_AUTO, 4096, 0, PAGE_POOL_MEMORY, "auto" },
};

START_TEST(backing_has_what_was_declared)
{
	struct placement placement = { .pages = kinds[_i].pages, .shared = true, .strict = true };
	struct backing backing;
	struct error err;

	ck_assert_int_eq(backing_resolve(&placement, &backing, &err), 0);
	ck_assert_ptr_null(backing.nodes);
	ck_assert_uint_eq(backing.pages->size, kinds[_i].size);
	ck_assert_uint_eq(backing.pages->huge_shift, kinds[_i].huge_shift);
	ck_assert_int_eq(backing.pages->pool, kinds[_i].pool);
	ck_assert_str_eq(backing.pages->name, kinds[_i].name);
	ck_assert_uint_eq(backing.pages->chunk % backing.pages->size, 0);
	ck_assert(backing.shared && !backing.populate && backing.strict && !backing.given_up[0]);
	backing_free(&backing);
	placement = (struct placement){ .populate = true };
	ck_assert_int_eq(backing_resolve(&placement, &backing, &err), 0);
	ck_assert(!backing.shared && backing.populate && !backing.strict);
	backing_free(&backing);
}
END_TEST

static char *bad_hosts[] = {
	"",    " ",   "x",    "0x",   "-1",	  "-",	     ",",	   "0,",
	",0",  "0-",  "1-0",  "0,,0", "99999",	  "0-99999", "4294967296", "18446744073709551616",
	"0;0", "0 0", "zero", "same", "\xff\xfe", "!all",    "1023",
};

START_TEST(bad_host_is_refused)
{
	struct placement placement = { .policy = PLACEMENT_BIND, .host = bad_hosts[_i] };
	struct error err = { 0 };
	struct backing backing;

	ck_assert_msg(backing_resolve(&placement, &backing, &err) == -1, "\"%s\" taken",
		      bad_hosts[_i]);
	ck_assert_msg(strstr(err.text, bad_hosts[_i]) != NULL, "%s", err.text);
	ck_assert(!err.contention);
	backing_free(&backing);
}
END_TEST

/* The ways to say the nodes that this process may use: node 0 is one of them, or its only one. */
static char *good_hosts[] = { "0", "all", "+0", "0-0", "0,0" };

START_TEST(good_host_is_resolved)
{
	struct placement placement = { .policy = PLACEMENT_BIND, .host = good_hosts[_i] };
	struct error err = { 0 };
	struct backing backing;

	ck_assert_msg(!backing_resolve(&placement, &backing, &err), "%s", err.text);
	ck_assert(numa_bitmask_isbitset(backing.nodes, 0));
	backing_free(&backing);
}
END_TEST

/* What is given up is told in order, and cut where there is no room. */
START_TEST(given_up_is_collected)
{
	struct backing backing = { 0 };
	struct error err;

	error_set(&err, "one");
	ck_assert_int_eq(backing_give_up(&backing, &err), 0);
	ck_assert_str_eq(backing.given_up, "one");
	error_set(&err, "two");
	backing_give_up(&backing, &err);
	ck_assert_str_eq(backing.given_up, "one; two");
	error_set(&err, "%0*d", BACKING_GIVEN_UP - 20, 0);
	backing_give_up(&backing, &err);
	backing_give_up(&backing, &err);
	ck_assert_uint_eq(strlen(backing.given_up), BACKING_GIVEN_UP - 1);
	ck_assert(!strncmp(backing.given_up, "one; two; 000", 13));
}
END_TEST

static const struct {
	enum placement_policy policy;
	bool strict, chosen, refused, keeps;
} refusals[] = {
	{ .policy = PLACEMENT_BIND, .strict = true, .refused = true, .keeps = true },
	{ .policy = PLACEMENT_PREFERRED, .strict = true, .refused = true, .keeps = true },
	{ .policy = PLACEMENT_BIND },
	{ .policy = PLACEMENT_LOCAL, .strict = true, .refused = true, .keeps = true },
	/* What nobody declared, where it was meant to be all the same. */
	{ .policy = PLACEMENT_BIND, .strict = true, .chosen = true, .keeps = true },
};

START_TEST(nodes_are_given_up_or_not)
{
	struct backing backing = {
		.policy = refusals[_i].policy,
		.nodes = make_set("0"),
		.strict = refusals[_i].strict,
		.chosen = refusals[_i].chosen,
	};
	struct error err;

	error_set(&err, "no");
	ck_assert_int_eq(backing_give_up_nodes(&backing, &err), refusals[_i].refused ? -1 : 0);
	ck_assert_str_eq(backing.given_up, refusals[_i].refused ? "" : "no");
	ck_assert_int_eq(backing.policy,
			 refusals[_i].refused ? refusals[_i].policy : PLACEMENT_DEFAULT);
	ck_assert_int_eq(backing.nodes != NULL, refusals[_i].keeps);
	backing_free(&backing);
}
END_TEST

/* A strict node does without nothing. */
START_TEST(strict_gives_nothing_up)
{
	struct backing backing = { .strict = true };
	struct error err;

	error_set(&err, "one");
	ck_assert_int_eq(backing_give_up(&backing, &err), -1);
	ck_assert_str_eq(backing.given_up, "");
	ck_assert_str_eq(err.text, "one");
}
END_TEST

/* A page of its own to bind. */
static void *new_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	return page;
}

static struct backing backing_on(enum placement_policy policy, const char *list)
{
	return (struct backing){ .policy = policy,
				 .nodes = make_set(list),
				 .pages = &page_kinds[PLACEMENT_4K] };
}

/* Binds a page as @policy on node 0 and asks the kernel for what it is bound as. */
static void check_bound(enum placement_policy policy, int want)
{
	struct backing backing = backing_on(policy, "0");
	unsigned long mask[64] = { 0 };
	struct error err = { 0 };
	void *page = new_page();
	int mode = -1;

	ck_assert_msg(!backing_bind(&backing, page, 4096, &err), "%s", err.text);
	ck_assert_int_eq(get_mempolicy(&mode, mask, sizeof(mask) * 8, page, MPOL_F_ADDR), 0);
	ck_assert_int_eq(mode, want);
	ck_assert_uint_eq(mask[0], want == MPOL_DEFAULT ? 0 : 1);
	munmap(page, 4096);
	backing_free(&backing);
}

START_TEST(bind_to_node_zero_succeeds)
{
	check_bound(PLACEMENT_BIND, MPOL_BIND);
}
END_TEST

START_TEST(interleaved_succeeds)
{
	check_bound(PLACEMENT_INTERLEAVE, MPOL_INTERLEAVE);
}
END_TEST

START_TEST(preferred_succeeds)
{
	check_bound(PLACEMENT_PREFERRED, MPOL_PREFERRED);
}
END_TEST

START_TEST(default_binds_nothing)
{
	check_bound(PLACEMENT_DEFAULT, MPOL_DEFAULT);
}
END_TEST

static const struct {
	enum placement_policy policy;
	int mode; /* include/uapi/linux/mempolicy.h */
} policies[] = {
	{ PLACEMENT_DEFAULT, 0 },
	{ PLACEMENT_LOCAL, 1 },
	{ PLACEMENT_BIND, 2 },
	{ PLACEMENT_PREFERRED, 1 },
	{ PLACEMENT_INTERLEAVE, 3 },
	{ PLACEMENT_PREFERRED_MANY, 5 },
	{ PLACEMENT_WEIGHTED_INTERLEAVE, 6 },
};

/* Each policy that this kernel has; one that it lacks is told with the version that has it. */
START_TEST(policy_is_bound_or_too_new)
{
	struct backing backing = backing_on(policies[_i].policy, "0");
	struct error err = { 0 };
	void *page = new_page();
	int mode = -1;

	if (backing_bind(&backing, page, 4096, &err)) {
		ck_assert(policies[_i].mode > MPOL_INTERLEAVE);
		ck_assert_msg(strstr(err.text, "needs Linux") != NULL, "%s", err.text);
	} else {
		ck_assert_int_eq(get_mempolicy(&mode, NULL, 0, page, MPOL_F_ADDR), 0);
		ck_assert_int_eq(mode, policies[_i].mode);
	}
	munmap(page, 4096);
	backing_free(&backing);
}
END_TEST

/* Refused by us, and rightly: the kernel refuses the same. */
START_TEST(empty_bind_rejected)
{
	struct backing backing = backing_on(PLACEMENT_BIND, "");
	struct error err = { 0 };
	void *page = new_page();

	ck_assert_int_eq(backing_bind(&backing, page, 4096, &err), -1);
	ck_assert_str_eq(err.text, "policy bind: no host nodes");
	ck_assert_int_eq(mbind(page, 4096, MPOL_BIND, backing.nodes->maskp, 1025, 0), -1);
	munmap(page, 4096);
	backing_free(&backing);
}
END_TEST

START_TEST(preferred_out_of_range_node_rejected)
{
	struct backing backing = backing_on(PLACEMENT_PREFERRED, "1023");
	struct error err = { 0 };
	void *page = new_page();

	ck_assert_int_eq(backing_bind(&backing, page, 4096, &err), -1);
	ck_assert_str_eq(err.text, "mbind (preferred) to host nodes 1023: Invalid argument");
	ck_assert(!err.contention);
	munmap(page, 4096);
	backing_free(&backing);
}
END_TEST

START_TEST(refused_mbind_is_an_error)
{
	struct backing backing = backing_on(PLACEMENT_BIND, "0");
	struct error err = { 0 };

	/* Nothing is mapped at address 0. */
	ck_assert_int_eq(backing_bind(&backing, NULL, 4096, &err), -1);
	ck_assert_str_eq(err.text, "mbind (bind) to host nodes 0: Bad address");
	backing_free(&backing);
}
END_TEST

START_TEST(local_is_the_node_that_runs_this)
{
	struct placement placement = { .policy = PLACEMENT_LOCAL };
	struct error err = { 0 };
	struct backing backing;
	unsigned int node = 0;

	ck_assert_msg(!backing_resolve(&placement, &backing, &err), "%s", err.text);
	ck_assert_uint_eq(numa_bitmask_weight(backing.nodes), 1);
	while (!numa_bitmask_isbitset(backing.nodes, node))
		node++;
	ck_assert(host_has_node(node) && host_allows_node(node));
	backing_free(&backing);
}
END_TEST

static void add_kernel_tests(TCase *tc)
{
	const TTest *const tests[] = {
		empty_bind_rejected,	   bind_to_node_zero_succeeds,
		interleaved_succeeds,	   preferred_succeeds,
		default_binds_nothing,	   preferred_out_of_range_node_rejected,
		refused_mbind_is_an_error, local_is_the_node_that_runs_this,
	};
	const char *reason = numa_available() < 0 ? "this kernel has no NUMA policy" : NULL;

	add_or_skip(tc, tests, COUNT(tests), reason);
	if (reason)
		return;
	tcase_add_loop_test(tc, policy_is_bound_or_too_new, 0, COUNT(policies));
	tcase_add_loop_test(tc, good_host_is_resolved, 0, COUNT(good_hosts));
}

Suite *backing_suite(void)
{
	Suite *s = suite_create("backing");
	TCase *tc = tcase_create("backing");

	tcase_add_loop_test(tc, backing_has_what_was_declared, 0, COUNT(kinds));
	tcase_add_loop_test(tc, bad_host_is_refused, 0, COUNT(bad_hosts));
	tcase_add_test(tc, given_up_is_collected);
	tcase_add_test(tc, strict_gives_nothing_up);
	tcase_add_loop_test(tc, nodes_are_given_up_or_not, 0, COUNT(refusals));
	add_kernel_tests(tc);
	suite_add_tcase(s, tc);
	return s;
}
