// SPDX-License-Identifier: MIT
/* Placements resolved on this host, and policies as its kernel takes them. */
#include <numaif.h>
#include <string.h>
#include <sys/mman.h>

#include "mem/host.h"
#include "mem/placement.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	enum placement_pages pages;
	uint64_t page_size;
	bool thp, choose;
	const char *name;
} page_kinds[] = {
	{ PLACEMENT_THP, 4096, true, false, "thp" },   { PLACEMENT_4K, 4096, false, false, "4k" },
	{ PLACEMENT_2M, 2 * MIB, false, false, "2M" }, { PLACEMENT_1G, GIB, false, false, "1G" },
	{ PLACEMENT_AUTO, 4096, true, true, "thp" },
};

START_TEST(place_has_what_was_declared)
{
	struct placement placement = { .pages = page_kinds[_i].pages, .shared = true };
	struct place place;
	struct error err;

	ck_assert_int_eq(place_resolve(&placement, &place, &err), 0);
	ck_assert_ptr_null(place.nodes);
	ck_assert_uint_eq(place.page_size, page_kinds[_i].page_size);
	ck_assert_int_eq(place.thp, page_kinds[_i].thp);
	ck_assert_int_eq(place.choose_pages, page_kinds[_i].choose);
	ck_assert_str_eq(place_pages_name(&place), page_kinds[_i].name);
	ck_assert(place.shared && !place.populate && place.strict && !place.given_up[0]);
	place_free(&place);
	placement = (struct placement){ .populate = true, .not_strict = true };
	ck_assert_int_eq(place_resolve(&placement, &place, &err), 0);
	ck_assert(!place.shared && place.populate && !place.strict);
	place_free(&place);
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
	struct place place;

	ck_assert_msg(place_resolve(&placement, &place, &err) == -1, "\"%s\" taken", bad_hosts[_i]);
	ck_assert_msg(strstr(err.text, bad_hosts[_i]) != NULL, "%s", err.text);
	ck_assert(!err.contention);
	place_free(&place);
}
END_TEST

/* The ways to say the nodes that this process may use: node 0 is one of them, or its only one. */
static char *good_hosts[] = { "0", "all", "+0", "0-0", "0,0" };

START_TEST(good_host_is_resolved)
{
	struct placement placement = { .policy = PLACEMENT_BIND, .host = good_hosts[_i] };
	struct error err = { 0 };
	struct place place;

	ck_assert_msg(!place_resolve(&placement, &place, &err), "%s", err.text);
	ck_assert(numa_bitmask_isbitset(place.nodes, 0));
	place_free(&place);
}
END_TEST

/* What is given up is told in order, and cut where there is no room. */
START_TEST(given_up_is_collected)
{
	struct place place = { 0 };
	struct error err;

	error_set(&err, "one");
	place_give_up(&place, &err);
	ck_assert_str_eq(place.given_up, "one");
	error_set(&err, "two");
	place_give_up(&place, &err);
	ck_assert_str_eq(place.given_up, "one; two");
	error_set(&err, "%0*d", PLACE_GIVEN_UP - 20, 0);
	place_give_up(&place, &err);
	place_give_up(&place, &err);
	ck_assert_uint_eq(strlen(place.given_up), PLACE_GIVEN_UP - 1);
	ck_assert(!strncmp(place.given_up, "one; two; 000", 13));
}
END_TEST

/* A page of its own to bind. */
static void *new_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	return page;
}

static struct place place_on(enum placement_policy policy, const char *list)
{
	return (struct place){ .policy = policy, .nodes = make_set(list), .page_size = 4096 };
}

/* Binds a page as @policy on node 0 and asks the kernel for what it is bound as. */
static void check_bound(enum placement_policy policy, int want)
{
	struct place place = place_on(policy, "0");
	unsigned long mask[64] = { 0 };
	struct error err = { 0 };
	void *page = new_page();
	int mode = -1;

	ck_assert_msg(!place_bind(&place, page, 4096, &err), "%s", err.text);
	ck_assert_int_eq(get_mempolicy(&mode, mask, sizeof(mask) * 8, page, MPOL_F_ADDR), 0);
	ck_assert_int_eq(mode, want);
	ck_assert_uint_eq(mask[0], want == MPOL_DEFAULT ? 0 : 1);
	munmap(page, 4096);
	place_free(&place);
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
	struct place place = place_on(policies[_i].policy, "0");
	struct error err = { 0 };
	void *page = new_page();
	int mode = -1;

	if (place_bind(&place, page, 4096, &err)) {
		ck_assert(policies[_i].mode > MPOL_INTERLEAVE);
		ck_assert_msg(strstr(err.text, "needs Linux") != NULL, "%s", err.text);
	} else {
		ck_assert_int_eq(get_mempolicy(&mode, NULL, 0, page, MPOL_F_ADDR), 0);
		ck_assert_int_eq(mode, policies[_i].mode);
	}
	munmap(page, 4096);
	place_free(&place);
}
END_TEST

/* Refused by us, and rightly: the kernel refuses the same. */
START_TEST(empty_bind_rejected)
{
	struct place place = place_on(PLACEMENT_BIND, "");
	struct error err = { 0 };
	void *page = new_page();

	ck_assert_int_eq(place_bind(&place, page, 4096, &err), -1);
	ck_assert_str_eq(err.text, "policy bind: no host nodes");
	ck_assert_int_eq(mbind(page, 4096, MPOL_BIND, place.nodes->maskp, 1025, 0), -1);
	munmap(page, 4096);
	place_free(&place);
}
END_TEST

START_TEST(preferred_out_of_range_node_rejected)
{
	struct place place = place_on(PLACEMENT_PREFERRED, "1023");
	struct error err = { 0 };
	void *page = new_page();

	ck_assert_int_eq(place_bind(&place, page, 4096, &err), -1);
	ck_assert_str_eq(err.text, "mbind (preferred) to host nodes 1023: Invalid argument");
	ck_assert(!err.contention);
	munmap(page, 4096);
	place_free(&place);
}
END_TEST

START_TEST(refused_mbind_is_an_error)
{
	struct place place = place_on(PLACEMENT_BIND, "0");
	struct error err = { 0 };

	/* Nothing is mapped at address 0. */
	ck_assert_int_eq(place_bind(&place, NULL, 4096, &err), -1);
	ck_assert_str_eq(err.text, "mbind (bind) to host nodes 0: Bad address");
	place_free(&place);
}
END_TEST

START_TEST(local_is_the_node_that_runs_this)
{
	struct placement placement = { .policy = PLACEMENT_LOCAL };
	struct error err = { 0 };
	struct place place;
	unsigned int node = 0;

	ck_assert_msg(!place_resolve(&placement, &place, &err), "%s", err.text);
	ck_assert_uint_eq(numa_bitmask_weight(place.nodes), 1);
	while (!numa_bitmask_isbitset(place.nodes, node))
		node++;
	ck_assert(host_has_node(node) && host_allows_node(node));
	place_free(&place);
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

Suite *place_suite(void)
{
	Suite *s = suite_create("place");
	TCase *tc = tcase_create("place");

	tcase_add_loop_test(tc, place_has_what_was_declared, 0, COUNT(page_kinds));
	tcase_add_loop_test(tc, bad_host_is_refused, 0, COUNT(bad_hosts));
	tcase_add_test(tc, given_up_is_collected);
	add_kernel_tests(tc);
	suite_add_tcase(s, tc);
	return s;
}
