/* SPDX-License-Identifier: MIT */
/*
 * Where on the host a guest node's memory is to lie and in which pages: as declared (struct
 * placement, part of the topology, which owns the strings), and resolved on this host (struct
 * place, which ram.c makes one of for each node and owns).
 */
#ifndef MEM_PLACEMENT_H
#define MEM_PLACEMENT_H

#include <numa.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/error.h"

/* set_mempolicy(2). */
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
	enum placement_pages pages;
	bool shared; /* backed by a memfd */
	bool populate; /* take all of it before the guest starts */
	bool not_strict; /* what cannot be had is given up with a warning */
	enum placement_pin pin;
	char *cpus; /* PLACEMENT_PIN_LIST: libnuma's CPU string */
};

#define PLACE_GIVEN_UP 256

struct place {
	enum placement_policy policy;
	struct bitmask *nodes; /* as long as the host needs; NULL: none are named */
	uint64_t page_size; /* of hugetlb: 2 MiB or 1 GiB; else 4096 */
	bool thp;
	bool choose_pages; /* PLACEMENT_AUTO; fit_capacity() chooses */
	bool shared;
	bool populate;
	bool strict;
	bool spills; /* its nodes have too little: some of it will lie on others */
	char given_up
		[PLACE_GIVEN_UP]; /* what a place that is not strict does without; empty: nothing */
};

/* The arguments of mbind(2) and set_mempolicy(2). */
struct mbind_args {
	int mode;
	const unsigned long *mask;
	unsigned long maxnode; /* one more than the bits that the kernel reads */
};

/* A name to its value, or -1 with the names that exist. And back. */
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
 * The arguments that mean @policy on @nodes (NULL for the policies without nodes). Pure;
 * @args->mask points into @nodes. Returns -1 for an empty set, and for preferred with other than
 * one node.
 */
int placement_mbind_args(enum placement_policy policy, const struct bitmask *nodes,
			 struct mbind_args *args, struct error *err);

/*
 * Resolves @placement on this host: node string to nodes, local to the node of the CPU that runs
 * this. Returns -1 when the string is none, or names a node that this host lacks or that
 * cpuset.mems forbids.
 */
int place_resolve(const struct placement *placement, struct place *place, struct error *err);

/* Of a page in bytes; 4096 where it is not hugetlb's. */
uint64_t placement_page_size(enum placement_pages pages);

/* What a page of @place is called: "4k", "thp", "2M", "1G". */
const char *place_pages_name(const struct place *place);

/* Binds @size bytes at @addr as @place says: mbind(2), before any of their pages exists. */
int place_bind(const struct place *place, void *addr, size_t size, struct error *err);

/* Its memory is to lie on its nodes and nowhere else: bound, or interleaved and not given up. */
bool place_is_fixed(const struct place *place);

/*
 * error_errno() with what @place is made of behind the text: "mmap of 64 MiB, thp pages on host
 * nodes 0-1: Cannot allocate memory".
 */
int place_error(const struct place *place, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Leaves @place without host nodes and policy. */
void place_drop_nodes(struct place *place);

/* Adds to what @place is without. */
void place_give_up(struct place *place, const struct error *err);

void place_free(struct place *place);

#endif
