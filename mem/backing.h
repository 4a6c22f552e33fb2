/* SPDX-License-Identifier: MIT */
/*
 * What a guest node's memory is made of on this host. mem/fit makes one from each node's placement
 * and owns them; what maps, populates, verifies or reports the memory reads it from there.
 */
#ifndef MEM_BACKING_H
#define MEM_BACKING_H

#include <stddef.h>

#include "mem/page_kind.h"

#define BACKING_GIVEN_UP 512

struct backing {
	enum placement_policy policy;
	struct bitmask *nodes; /* as long as the host needs; NULL: none are named */
	const struct page_kind *pages;
	bool chosen; /* its nodes are mem/choose's, not declared */
	bool shared;
	bool populate;
	bool strict;
	bool spills; /* its nodes have too little: some of it will be on others */
	char given_up[BACKING_GIVEN_UP]; /* what it does without; "": nothing */
	struct error warning; /* what it may lack later, or is not proven; "": nothing */
};

/*
 * Resolves @placement on this host: the node string to nodes, local to the node of the CPU that
 * runs this. Returns -1 when the string is not one, or names a node that this host lacks or that
 * cpuset.mems forbids. @backing is to be freed in any case.
 */
int backing_resolve(const struct placement *placement, struct backing *backing, struct error *err);

/*
 * Something declared cannot be had. A strict backing refuses: -1, with @err as it is. Another one
 * notes the message as given up: 0.
 */
int backing_give_up(struct backing *backing, const struct error *err);

/*
 * The same for its host nodes: another one is left without them and without a policy. Where they
 * were chosen for it a strict one is too, but keeps them as where to populate from.
 */
int backing_give_up_nodes(struct backing *backing, const struct error *err);

/*
 * Binds @size bytes at @addr: mbind(2), before any of their pages exists. Asks nothing of the host
 * where there is no policy. 0, or -1 with the cause, and the cure where a container refuses it.
 */
int backing_bind(const struct backing *backing, void *addr, size_t size, struct error *err);

/* Its memory must be on its nodes and nowhere else: bound or interleaved, with enough there. */
bool backing_is_fixed(const struct backing *backing);

/*
 * error_errno() with the pages and nodes of @backing after the text: "mmap of 64 MiB, thp pages on
 * host nodes 0-1: Cannot allocate memory".
 */
int backing_error(const struct backing *backing, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

void backing_free(struct backing *backing);

#endif
