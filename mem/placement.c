// SPDX-License-Identifier: MIT
#include "mem/placement.h"

#include <errno.h>
#include <numaif.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"

#define HUGE_2M (2ULL << 20)
#define HUGE_1G (1ULL << 30)

/* include/uapi/linux/mempolicy.h; Linux 5.15 and 6.9. */
#ifndef MPOL_PREFERRED_MANY
#define MPOL_PREFERRED_MANY 5
#endif
#define MPOL_WEIGHTED_INTERLEAVE_MODE 6

static const struct {
	const char *name;
	int mode;
	const char *since; /* the first Linux that has it, where that is not long ago */
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

static const char *const pages_names[PLACEMENT_NR_PAGES] = {
	[PLACEMENT_THP] = "thp", [PLACEMENT_4K] = "4k",	    [PLACEMENT_2M] = "2M",
	[PLACEMENT_1G] = "1G",	 [PLACEMENT_AUTO] = "auto",
};

/* libnuma's own warnings go to stderr unprefixed; ours say the same with the node's name. */
void numa_warn(int number, char *fmt, ...)
{
	(void)number;
	(void)fmt;
}

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
		if (!strcmp(name, pages_names[i])) {
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
	return pages_names[pages];
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
	if (placement_page_size(placement->pages) > 4096 && !placement->populate)
		return error_set(err,
				 "pages = %s needs populate = yes: a huge page that is not there "
				 "when the guest wants it would end it",
				 pages_names[placement->pages]);
	return 0;
}

int placement_mbind_args(enum placement_policy policy, const struct bitmask *nodes,
			 struct mbind_args *args, struct error *err)
{
	unsigned int weight = nodes ? numa_bitmask_weight(nodes) : 0;
	bool one = policies[policy].mode == MPOL_PREFERRED;

	*args = (struct mbind_args){ .mode = policies[policy].mode };
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

/* The first node of @nodes that this host or this process's cpuset is without, by name. */
static int check_nodes(const struct bitmask *nodes, const char *host, struct error *err)
{
	for (unsigned int i = 0; i < nodes->size; i++) {
		if (!numa_bitmask_isbitset(nodes, i))
			continue;
		if (!host_has_node(i))
			return error_set(
				err, "host nodes \"%s\": this host has no node %u, only 0 to %u",
				host, i, host_nr_nodes() - 1);
		if (!host_allows_node(i))
			return error_set(err,
					 "host nodes \"%s\": cpuset.mems does not allow node %u to "
					 "this process",
					 host, i);
	}
	return 0;
}

static int parse_nodes(const char *host, struct bitmask **nodes, struct error *err)
{
	*nodes = NULL;
	if (placement_check_host(host, err))
		return -1;
	if (numa_available() < 0)
		return error_set(err, "host nodes %s: this host's kernel has no NUMA policy", host);
	/* "all", "!0" and "+0" mean the nodes that are allowed; plain numbers are checked below. */
	*nodes = host_list_is_sound(host) ? numa_parse_nodestring_all(host)
					  : numa_parse_nodestring(host);
	if (!*nodes || !numa_bitmask_weight(*nodes))
		return error_set(
			err,
			"host nodes \"%s\": must be a list such as 0,2-3 of nodes that this "
			"host has (0 to %u)",
			host, host_nr_nodes() - 1);
	return check_nodes(*nodes, host, err);
}

/* getcpu(2): the node on which we are now. */
static int local_nodes(struct bitmask **nodes, struct error *err)
{
	unsigned int node;

	*nodes = NULL;
	if (getcpu(NULL, &node))
		return error_errno(err, "policy local: getcpu");
	*nodes = numa_allocate_nodemask();
	numa_bitmask_setbit(*nodes, node);
	return 0;
}

int place_resolve(const struct placement *placement, struct place *place, struct error *err)
{
	struct mbind_args args;

	*place = (struct place){
		.policy = placement->policy,
		.page_size = placement_page_size(placement->pages),
		.thp = placement->pages == PLACEMENT_THP || placement->pages == PLACEMENT_AUTO,
		.choose_pages = placement->pages == PLACEMENT_AUTO,
		.shared = placement->shared,
		.populate = placement->populate,
		.strict = !placement->not_strict,
	};
	if (placement->policy == PLACEMENT_LOCAL && local_nodes(&place->nodes, err))
		return -1;
	if (placement->host && parse_nodes(placement->host, &place->nodes, err))
		return -1;
	return placement_mbind_args(place->policy, place->nodes, &args, err);
}

uint64_t placement_page_size(enum placement_pages pages)
{
	switch (pages) {
	case PLACEMENT_2M:
		return HUGE_2M;
	case PLACEMENT_1G:
		return HUGE_1G;
	default:
		return 4096;
	}
}

const char *place_pages_name(const struct place *place)
{
	if (place->page_size == HUGE_1G)
		return pages_names[PLACEMENT_1G];
	if (place->page_size == HUGE_2M)
		return pages_names[PLACEMENT_2M];
	return pages_names[place->thp ? PLACEMENT_THP : PLACEMENT_4K];
}

bool place_is_fixed(const struct place *place)
{
	return !place->spills &&
	       (place->policy == PLACEMENT_BIND || place->policy == PLACEMENT_INTERLEAVE ||
		place->policy == PLACEMENT_WEIGHTED_INTERLEAVE);
}

int place_error(const struct place *place, struct error *err, const char *fmt, ...)
{
	char *list = NULL, what[100];
	int number = errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (place->nodes)
		list = host_list(place->nodes);
	errno = number;
	error_errno(err, "%s, %s pages%s%s", what, place_pages_name(place),
		    list ? " on host nodes " : "", list ? list : "");
	free(list);
	return -1;
}

void place_drop_nodes(struct place *place)
{
	if (place->nodes)
		numa_bitmask_free(place->nodes);
	place->nodes = NULL;
	place->policy = PLACEMENT_DEFAULT;
}

int place_bind(const struct place *place, void *addr, size_t size, struct error *err)
{
	struct mbind_args args;
	int number;
	char *list;

	if (placement_mbind_args(place->policy, place->nodes, &args, err))
		return -1;
	if (args.mode == MPOL_DEFAULT || !mbind(addr, size, args.mode, args.mask, args.maxnode, 0))
		return 0;
	number = errno;
	list = host_list(place->nodes);
	errno = number;
	error_errno(err, "mbind (%s) to host nodes %s", policies[place->policy].name, list);
	free(list);
	/* The nodes are there and allowed: an older kernel does not know the mode. */
	if (number == EINVAL && policies[place->policy].since)
		return error_set(err, "policy %s needs Linux %s or newer on the host",
				 policies[place->policy].name, policies[place->policy].since);
	return -1;
}

void place_give_up(struct place *place, const struct error *err)
{
	size_t length = strlen(place->given_up);

	snprintf(place->given_up + length, sizeof(place->given_up) - length, "%s%s",
		 length ? "; " : "", err->text);
}

void place_free(struct place *place)
{
	if (place->nodes)
		numa_bitmask_free(place->nodes);
	*place = (struct place){ 0 };
}
