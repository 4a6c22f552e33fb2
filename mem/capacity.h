/* SPDX-License-Identifier: MIT */
/*
 * What the host nodes have free, and taking from it, so that all guest nodes together get no more
 * than there is. mem/fit reads it once per machine, under lock_take(), and owns it; all but the
 * reading is pure.
 */
#ifndef MEM_CAPACITY_H
#define MEM_CAPACITY_H

#include "mem/backing.h"

struct capacity {
	unsigned int nr_nodes;
	uint64_t *free_bytes[PAGE_NR_POOLS]; /* by host node */
	unsigned int *weights; /* of weighted interleaving, by host node */
	bool guesses; /* the host does not show its huge pages: as many as there is memory for */
	uint64_t limit; /* of PAGE_POOL_MEMORY on all nodes together, by a cgroup */
	bool by_host; /* or by the host, whose nodes do not show what each has free */
};

/* Everything 0, the weights 1 and no limit, to be filled in. */
void capacity_init(struct capacity *capacity, unsigned int nr_nodes);

/* @copy is of its own, to be tried on. */
void capacity_copy(struct capacity *copy, const struct capacity *capacity);

/* What this host has now. */
void capacity_read(struct capacity *capacity);

/* Bytes free for @pages on @nodes; on all of them when it is NULL. */
uint64_t capacity_on(const struct capacity *capacity, const struct page_kind *pages,
		     const struct bitmask *nodes);

/*
 * Takes @size bytes for @backing as its policy promises: on its nodes, first those with the most
 * left; interleaved, in shares on each of them; what is not fixed there, on others when they are
 * full. Returns -1, and takes nothing, when there is less: contention, with both figures. The
 * caller asks for guest nodes with few host nodes to choose from first.
 */
int capacity_take(struct capacity *capacity, const struct backing *backing, uint64_t size,
		  struct error *err);

void capacity_free(struct capacity *capacity);

#endif
