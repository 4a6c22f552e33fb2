// SPDX-License-Identifier: MIT
/* Policies as declared and as mbind(2) takes them. */
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"
#include "mem/placement.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	const char *name;
	enum placement_policy policy;
	int mode; /* include/uapi/linux/mempolicy.h */
} policies[] = {
	{ "default", PLACEMENT_DEFAULT, 0 },
	{ "local", PLACEMENT_LOCAL, 1 },
	{ "bind", PLACEMENT_BIND, 2 },
	{ "preferred", PLACEMENT_PREFERRED, 1 },
	{ "preferred-many", PLACEMENT_PREFERRED_MANY, 5 },
	{ "interleave", PLACEMENT_INTERLEAVE, 3 },
	{ "weighted-interleave", PLACEMENT_WEIGHTED_INTERLEAVE, 6 },
};

START_TEST(policies_have_names)
{
	enum placement_policy policy = PLACEMENT_NR_POLICIES;
	struct error err = { 0 };

	ck_assert_uint_eq(COUNT(policies), PLACEMENT_NR_POLICIES);
	ck_assert_int_eq(placement_parse_policy(policies[_i].name, &policy, &err), 0);
	ck_assert_int_eq(policy, policies[_i].policy);
	ck_assert_str_eq(placement_policy_name(policy), policies[_i].name);
}
END_TEST

static const char *const pages[] = { "thp", "4k", "2M", "1G", "auto" };

START_TEST(pages_have_names)
{
	enum placement_pages value = PLACEMENT_NR_PAGES;
	struct error err = { 0 };

	ck_assert_uint_eq(COUNT(pages), PLACEMENT_NR_PAGES);
	ck_assert_int_eq(placement_parse_pages(pages[_i], &value, &err), 0);
	ck_assert_int_eq(value, _i);
	ck_assert_str_eq(placement_pages_name(value), pages[_i]);
}
END_TEST

static const char *const bad_names[] = { "", "Bind", "bind ", " bind", "bin", "bindx", "2m", "4K" };

START_TEST(unknown_name_is_refused)
{
	enum placement_policy policy;
	enum placement_pages value;
	struct error err = { 0 };
	char quoted[40];

	snprintf(quoted, sizeof(quoted), "\"%s\"", bad_names[_i]);
	ck_assert_int_eq(placement_parse_policy(bad_names[_i], &policy, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, quoted));
	for (unsigned int i = 0; i < COUNT(policies); i++)
		ck_assert_msg(strstr(err.text, policies[i].name) != NULL, "%s", err.text);
	ck_assert_int_eq(placement_parse_pages(bad_names[_i], &value, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, quoted));
	for (unsigned int i = 0; i < COUNT(pages); i++)
		ck_assert_msg(strstr(err.text, pages[i]) != NULL, "%s", err.text);
}
END_TEST

static const struct {
	struct placement placement;
	const char *says; /* NULL: good */
} checks[] = {
	{ { .policy = PLACEMENT_DEFAULT }, NULL },
	{ { .policy = PLACEMENT_LOCAL }, NULL },
	{ { .policy = PLACEMENT_BIND, .host = "0" }, NULL },
	{ { .policy = PLACEMENT_PREFERRED, .host = "0" }, NULL },
	{ { .policy = PLACEMENT_PREFERRED_MANY, .host = "0" }, NULL },
	{ { .policy = PLACEMENT_INTERLEAVE, .host = "0" }, NULL },
	{ { .policy = PLACEMENT_WEIGHTED_INTERLEAVE, .host = "0" }, NULL },
	{ { .policy = PLACEMENT_BIND }, "policy = bind needs host nodes" },
	{ { .policy = PLACEMENT_PREFERRED }, "needs host nodes" },
	{ { .policy = PLACEMENT_PREFERRED_MANY }, "needs host nodes" },
	{ { .policy = PLACEMENT_INTERLEAVE }, "needs host nodes" },
	{ { .policy = PLACEMENT_WEIGHTED_INTERLEAVE }, "needs host nodes" },
	{ { .policy = PLACEMENT_DEFAULT, .host = "0" }, "no meaning with policy = default" },
	{ { .policy = PLACEMENT_LOCAL, .host = "0" }, "no meaning with policy = local" },
	{ { .pages = PLACEMENT_2M, .populate = true }, NULL },
	{ { .pages = PLACEMENT_1G, .populate = true }, NULL },
	{ { .pages = PLACEMENT_AUTO }, NULL },
	{ { .pages = PLACEMENT_2M }, "pages = 2M needs populate = yes" },
	{ { .pages = PLACEMENT_1G }, "pages = 1G needs populate = yes" },
};

START_TEST(declaration_is_checked)
{
	const struct placement *placement = &checks[_i].placement;
	struct error err = { 0 };
	int ret = placement_check(placement, &err) ? -1 : placement_check_pages(placement, &err);

	ck_assert_int_eq(ret, checks[_i].says ? -1 : 0);
	if (checks[_i].says)
		ck_assert_msg(strstr(err.text, checks[_i].says) != NULL, "%s", err.text);
}
END_TEST

/* The arguments for @policy on the nodes of @list; *@nodes is to be freed. */
static struct mbind_args args_of(enum placement_policy policy, const char *list,
				 struct bitmask **nodes)
{
	struct mbind_args args;
	struct error err = { 0 };

	*nodes = make_set(list);
	ck_assert_msg(!placement_mbind_args(policy, *nodes, &args, &err), "%s", err.text);
	/* The kernel reads one bit less, so the last bit counts too. */
	ck_assert_uint_eq(args.maxnode, 1025);
	return args;
}

START_TEST(mbind_args_bind_builds_nodemask)
{
	struct bitmask *nodes;
	struct mbind_args args = args_of(PLACEMENT_BIND, "0,3", &nodes);

	ck_assert_int_eq(args.mode, MPOL_BIND);
	ck_assert_uint_eq(args.mask[0], 1 << 0 | 1 << 3);
	numa_bitmask_free(nodes);
}
END_TEST

START_TEST(mbind_args_interleave_builds_nodemask)
{
	struct bitmask *nodes;
	struct mbind_args args = args_of(PLACEMENT_INTERLEAVE, "1,2", &nodes);

	ck_assert_int_eq(args.mode, MPOL_INTERLEAVE);
	ck_assert_uint_eq(args.mask[0], 1 << 1 | 1 << 2);
	numa_bitmask_free(nodes);
}
END_TEST

START_TEST(mbind_args_preferred_single_node)
{
	struct bitmask *nodes;
	struct mbind_args args = args_of(PLACEMENT_PREFERRED, "2", &nodes);

	ck_assert_int_eq(args.mode, MPOL_PREFERRED);
	ck_assert_uint_eq(args.mask[0], 1 << 2);
	numa_bitmask_free(nodes);
}
END_TEST

START_TEST(mbind_args_of_each_policy)
{
	struct bitmask *nodes = make_set("0");
	struct mbind_args args = { .mode = -1 };
	struct error err = { 0 };

	ck_assert_int_eq(placement_mbind_args(policies[_i].policy, nodes, &args, &err), 0);
	ck_assert_int_eq(args.mode, policies[_i].mode);
	ck_assert_int_eq(args.mask == NULL, policies[_i].policy == PLACEMENT_DEFAULT);
	numa_bitmask_free(nodes);
}
END_TEST

/* A set of 4 nodes cannot take node 9: what is asked for is not in it. */
static const struct {
	enum placement_policy policy;
	unsigned int size;
	const char *list; /* NULL: no set at all */
	const char *says;
} refused[] = {
	{ PLACEMENT_BIND, 4, "", "policy bind: no host nodes" },
	{ PLACEMENT_BIND, 4, NULL, "policy bind: no host nodes" },
	{ PLACEMENT_INTERLEAVE, 4, "", "policy interleave: no host nodes" },
	{ PLACEMENT_WEIGHTED_INTERLEAVE, 4, "", "no host nodes" },
	{ PLACEMENT_PREFERRED_MANY, 4, "", "no host nodes" },
	{ PLACEMENT_PREFERRED, 4, "", "no host nodes" },
	{ PLACEMENT_PREFERRED, 4, "1,2", "takes one host node, not 2: use preferred-many" },
	{ PLACEMENT_LOCAL, 4, "1,2", "takes one host node" },
	{ PLACEMENT_PREFERRED, 4, "9", "no host nodes" },
};

START_TEST(mbind_args_rejects_empty_and_out_of_range)
{
	struct bitmask *nodes = refused[_i].list ? numa_bitmask_alloc(refused[_i].size) : NULL;
	struct mbind_args args;
	struct error err = { 0 };
	char *end = (char *)refused[_i].list;

	while (end && *end) {
		numa_bitmask_setbit(nodes, strtoul(end, &end, 10));
		end += *end == ',';
	}
	ck_assert_int_eq(placement_mbind_args(refused[_i].policy, nodes, &args, &err), -1);
	ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
	ck_assert(!err.contention);
	if (nodes)
		numa_bitmask_free(nodes);
}
END_TEST

/* @list as the kernel gets it, in words of 64, and as the user reads it. */
static void check_set(const char *list, const uint64_t words[16], const char *text)
{
	struct bitmask *nodes;
	struct mbind_args args = args_of(PLACEMENT_BIND, list, &nodes);
	char *printed = host_list(nodes);

	ck_assert_mem_eq(args.mask, words, 16 * sizeof(*words));
	ck_assert_str_eq(printed, text);
	free(printed);
	numa_bitmask_free(nodes);
}

START_TEST(nodeset_single)
{
	check_set("3", (const uint64_t[16]){ 1 << 3 }, "3");
}
END_TEST

START_TEST(nodeset_with)
{
	check_set("0,2,5", (const uint64_t[16]){ 1 << 0 | 1 << 2 | 1 << 5 }, "0,2,5");
	check_set("0,1,2,5,6", (const uint64_t[16]){ 7 | 3 << 5 }, "0-2,5-6");
}
END_TEST

START_TEST(nodeset_beyond_64)
{
	check_set("64,1023", (const uint64_t[16]){ [1] = 1, [15] = 1ULL << 63 }, "64,1023");
}
END_TEST

Suite *placement_suite(void)
{
	Suite *s = suite_create("placement");
	TCase *tc = tcase_create("placement");

	tcase_add_loop_test(tc, policies_have_names, 0, COUNT(policies));
	tcase_add_loop_test(tc, pages_have_names, 0, COUNT(pages));
	tcase_add_loop_test(tc, unknown_name_is_refused, 0, COUNT(bad_names));
	tcase_add_loop_test(tc, declaration_is_checked, 0, COUNT(checks));
	tcase_add_test(tc, mbind_args_bind_builds_nodemask);
	tcase_add_test(tc, mbind_args_interleave_builds_nodemask);
	tcase_add_test(tc, mbind_args_preferred_single_node);
	tcase_add_loop_test(tc, mbind_args_of_each_policy, 0, COUNT(policies));
	tcase_add_loop_test(tc, mbind_args_rejects_empty_and_out_of_range, 0, COUNT(refused));
	tcase_add_test(tc, nodeset_single);
	tcase_add_test(tc, nodeset_with);
	tcase_add_test(tc, nodeset_beyond_64);
	suite_add_tcase(s, tc);
	return s;
}
