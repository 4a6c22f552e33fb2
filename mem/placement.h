/* SPDX-License-Identifier: MIT */
/*
 * Where on the host a guest node's memory is to be and in which pages, as declared. Filled in with
 * the topology, which owns the strings; const from then on. Pure.
 */
#ifndef MEM_PLACEMENT_H
#define MEM_PLACEMENT_H

#include <numa.h>
#include <stdbool.h>

#include "mem/error.h"

/* Of set_mempolicy(2). */
enum placement_policy {
	PLACEMENT_DEFAULT,
	PLACEMENT_LOCAL,
	PLACEMENT_BIND,
	PLACEMENT_PREFERRED,
	PLACEMENT_PREFERRED_MANY,
	PLACEMENT_INTERLEAVE,
	PLACEMENT_WEIGHTED_INTERLEAVE,
	PLACEMENT_NR_POLICIES,
};

enum placement_pages {
	PLACEMENT_THP,
	PLACEMENT_4K,
	PLACEMENT_2M,
	PLACEMENT_1G,
	PLACEMENT_AUTO, /* 2M where the host nodes have enough of them free, else THP */
	PLACEMENT_NR_PAGES,
};

/* Where the vCPU threads of a node run. */
enum placement_pin {
	PLACEMENT_PIN_NODE, /* on the CPUs of the host nodes */
	PLACEMENT_PIN_CORE, /* each on a CPU of its own among them */
	PLACEMENT_PIN_NONE,
	PLACEMENT_PIN_LIST,
};

struct placement {
	enum placement_policy policy;
	char *host; /* libnuma's node string ("0,2-3"), or NULL; numa(3) */
	bool choose; /* without one: bound to host nodes that mem/choose finds */
	enum placement_pages pages;
	bool shared; /* backed by a memfd */
	bool populate; /* take all of it before the guest starts */
	bool strict; /* what cannot be had ends the start; else it is given up with a warning */
	enum placement_pin pin;
	char *cpus; /* PLACEMENT_PIN_LIST: libnuma's CPU string */
};

/* The arguments of mbind(2) and set_mempolicy(2). */
struct mbind_args {
	int mode;
	const unsigned long *mask;
	unsigned long maxnode; /* one more than the bits that the kernel reads */
	const char *since; /* the first Linux that has the mode; NULL: long ago */
};

/* From a name to its value, or -1 with the names that exist; and back. */
int placement_parse_policy(const char *name, enum placement_policy *policy, struct error *err);
int placement_parse_pages(const char *name, enum placement_pages *pages, struct error *err);
const char *placement_policy_name(enum placement_policy policy);
const char *placement_pages_name(enum placement_pages pages);

/* The policy asks for host nodes, or for none, and has them, or not. 0, or -1 with the cure. */
int placement_check(const struct placement *placement, struct error *err);

/* Huge pages are populated. 0, or -1 with the cure. */
int placement_check_pages(const struct placement *placement, struct error *err);

/* @host is a node string (numa(3)), as far as that can be told without the host. 0, or -1. */
int placement_check_host(const char *host, struct error *err);

/*
 * The arguments that mean @policy on @nodes (NULL for the policies without nodes); @args->mask
 * points into @nodes. Returns -1 for an empty set, and for preferred with other than one node.
 */
int placement_mbind_args(enum placement_policy policy, const struct bitmask *nodes,
			 struct mbind_args *args, struct error *err);

#endif
