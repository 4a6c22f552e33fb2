// SPDX-License-Identifier: MIT
#include "mem/backing.h"

#include <errno.h>
#include <numaif.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"

/* The first node of @nodes that this host or this process's cpuset is without, by name. */
static int check_host_nodes(const struct bitmask *nodes, const char *host, struct error *err)
{
	char text[32];

	for (unsigned int i = 0; i < nodes->size; i++) {
		if (!numa_bitmask_isbitset(nodes, i))
			continue;
		if (!host_has_node(i))
			return error_set(
				err,
				"host nodes \"%s\": must be a list of nodes that this host "
				"has (%s): there is no node %u",
				host, host_nodes_text(text), i);
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
	char text[32];

	*nodes = NULL;
	if (placement_check_host(host, err))
		return -1;
	*nodes = host_parse_nodes(host);
	if (!*nodes || !numa_bitmask_weight(*nodes))
		return error_set(
			err,
			"host nodes \"%s\": must be a list such as 0,2-3 of nodes that this "
			"host has (%s)",
			host, host_nodes_text(text));
	return check_host_nodes(*nodes, host, err);
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

int backing_resolve(const struct placement *placement, struct backing *backing, struct error *err)
{
	struct mbind_args args;

	*backing = (struct backing){
		.policy = placement->policy,
		.pages = &page_kinds[placement->pages],
		.chosen = placement->choose,
		.shared = placement->shared,
		.populate = placement->populate,
		.strict = placement->strict,
	};
	if (placement->policy == PLACEMENT_LOCAL && local_nodes(&backing->nodes, err))
		return -1;
	if (placement->host && parse_nodes(placement->host, &backing->nodes, err))
		return -1;
	return placement_mbind_args(backing->policy, backing->nodes, &args, err);
}

static void note(struct backing *backing, const struct error *err)
{
	size_t length = strlen(backing->given_up);

	snprintf(backing->given_up + length, sizeof(backing->given_up) - length, "%s%s",
		 length ? "; " : "", err->text);
}

int backing_give_up(struct backing *backing, const struct error *err)
{
	if (backing->strict)
		return -1;
	note(backing, err);
	return 0;
}

int backing_give_up_nodes(struct backing *backing, const struct error *err)
{
	bool declared = !backing->chosen;

	if (declared && backing->strict)
		return -1;
	note(backing, err);
	backing->policy = PLACEMENT_DEFAULT;
	if (declared) {
		numa_bitmask_free(backing->nodes);
		backing->nodes = NULL;
	}
	return 0;
}

bool backing_is_fixed(const struct backing *backing)
{
	return !backing->spills &&
	       (backing->policy == PLACEMENT_BIND || backing->policy == PLACEMENT_INTERLEAVE ||
		backing->policy == PLACEMENT_WEIGHTED_INTERLEAVE);
}

int backing_error(const struct backing *backing, struct error *err, const char *fmt, ...)
{
	char *list = backing->nodes ? host_list(backing->nodes) : NULL, what[100];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	error_errno(err, "%s, %s pages%s%s", what, backing->pages->name,
		    list ? " on host nodes " : "", list ? list : "");
	free(list);
	return -1;
}

int backing_bind(const struct backing *backing, void *addr, size_t size, struct error *err)
{
	const char *name = placement_policy_name(backing->policy);
	struct mbind_args args;
	char *list;

	if (placement_mbind_args(backing->policy, backing->nodes, &args, err))
		return -1;
	if (args.mode == MPOL_DEFAULT || !mbind(addr, size, args.mode, args.mask, args.maxnode, 0))
		return 0;
	/* The nodes are there and allowed: an older kernel does not know the mode. */
	if (errno == EINVAL && args.since)
		return error_set(err, "policy %s needs Linux %s or newer on the host", name,
				 args.since);
	list = host_list(backing->nodes);
	error_errno(err, "mbind (%s) to host nodes %s", name, list);
	free(list);
	return error_cure(err, "a container may refuse it: run it with --cap-add SYS_NICE or "
			       "--security-opt seccomp=unconfined");
}

void backing_free(struct backing *backing)
{
	numa_bitmask_free(backing->nodes);
	*backing = (struct backing){ 0 };
}
