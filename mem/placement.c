// SPDX-License-Identifier: MIT
#include "mem/placement.h"

#include <numaif.h>
#include <string.h>

#include "mem/host.h"
#include "mem/page_kind.h"

/* include/uapi/linux/mempolicy.h; Linux 5.15 and 6.9. */
#ifndef MPOL_PREFERRED_MANY
#define MPOL_PREFERRED_MANY 5
#endif
#define MPOL_WEIGHTED_INTERLEAVE_MODE 6

static const struct {
	const char *name;
	int mode;
	const char *since; /* the first Linux that has it; NULL: long ago */
	bool needs_nodes;
} policies[PLACEMENT_NR_POLICIES] = {
	[PLACEMENT_DEFAULT] = { "default", MPOL_DEFAULT, NULL, false },
	[PLACEMENT_LOCAL] = { "local", MPOL_PREFERRED, NULL, false },
	[PLACEMENT_BIND] = { "bind", MPOL_BIND, NULL, true },
	[PLACEMENT_PREFERRED] = { "preferred", MPOL_PREFERRED, NULL, true },
	[PLACEMENT_PREFERRED_MANY] = { "preferred-many", MPOL_PREFERRED_MANY, "5.15", true },
	[PLACEMENT_INTERLEAVE] = { "interleave", MPOL_INTERLEAVE, NULL, true },
	[PLACEMENT_WEIGHTED_INTERLEAVE] = { "weighted-interleave", MPOL_WEIGHTED_INTERLEAVE_MODE,
					    "6.9", true },
};

int placement_parse_policy(const char *name, enum placement_policy *policy, struct error *err)
{
	for (size_t i = 0; i < PLACEMENT_NR_POLICIES; i++)
		if (!strcmp(name, policies[i].name)) {
			*policy = i;
			return 0;
		}
	return error_set(err,
			 "policy \"%s\": must be bind, preferred, preferred-many, interleave, "
			 "weighted-interleave, local or default",
			 name);
}

int placement_parse_pages(const char *name, enum placement_pages *pages, struct error *err)
{
	for (size_t i = 0; i < PLACEMENT_NR_PAGES; i++)
		if (!strcmp(name, page_kinds[i].name)) {
			*pages = i;
			return 0;
		}
	return error_set(err, "pages \"%s\": must be thp, 4k, 2M, 1G or auto", name);
}

const char *placement_policy_name(enum placement_policy policy)
{
	return policies[policy].name;
}

const char *placement_pages_name(enum placement_pages pages)
{
	return page_kinds[pages].name;
}

int placement_check(const struct placement *placement, struct error *err)
{
	const char *name = policies[placement->policy].name;

	if (policies[placement->policy].needs_nodes && !placement->host)
		return error_set(err, "policy = %s needs host nodes: add host = \"0\"", name);
	if (!policies[placement->policy].needs_nodes && placement->host)
		return error_set(err, "host = \"%s\" has no meaning with policy = %s: use bind",
				 placement->host, name);
	if (placement->policy == PLACEMENT_PREFERRED && strpbrk(placement->host, ",-"))
		return error_set(err,
				 "policy = preferred takes one host node, not \"%s\": use "
				 "preferred-many",
				 placement->host);
	return 0;
}

int placement_check_pages(const struct placement *placement, struct error *err)
{
	const struct page_kind *kind = &page_kinds[placement->pages];

	if (kind->huge_shift && !placement->populate)
		return error_set(err,
				 "pages = %s needs populate = yes: a huge page that is not there "
				 "when the guest wants it would end it",
				 kind->name);
	return 0;
}

int placement_mbind_args(enum placement_policy policy, const struct bitmask *nodes,
			 struct mbind_args *args, struct error *err)
{
	unsigned int weight = nodes ? numa_bitmask_weight(nodes) : 0;
	bool one = policies[policy].mode == MPOL_PREFERRED;

	*args = (struct mbind_args){ .mode = policies[policy].mode,
				     .since = policies[policy].since };
	if (policy == PLACEMENT_DEFAULT)
		return 0;
	if (!weight)
		return error_set(err, "policy %s: no host nodes", policies[policy].name);
	if (one && weight > 1)
		return error_set(err, "policy %s takes one host node, not %u: use preferred-many",
				 policies[policy].name, weight);
	args->mask = nodes->maskp;
	args->maxnode = nodes->size + 1;
	return 0;
}

int placement_check_host(const char *host, struct error *err)
{
	const char *list = host;

	list += *list == '!';
	list += *list == '+';
	if (!strcmp(list, "all") || host_list_is_sound(list))
		return 0;
	return error_set(err, "host = \"%s\": must be a list such as 0,2-3, all, !1 or +0", host);
}
