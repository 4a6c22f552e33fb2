/* SPDX-License-Identifier: MIT */
/*
 * Host nodes for guest nodes that want some of their own and name none, as with --performance.
 * mem/fit calls it once per machine, before it looks at what fits, and owns the backings.
 */
#ifndef MEM_CHOOSE_H
#define MEM_CHOOSE_H

#include "mem/capacity.h"
#include "mem/topology.h"

/* The host's nodes as sysfs shows them, or as a test makes them up. */
struct choose_host {
	unsigned int nr_nodes;
	unsigned int *cpus; /* of each node: how many this process may run on */
	unsigned int *distances; /* nr_nodes rows of nr_nodes */
};

void choose_host_read(struct choose_host *host, unsigned int nr_nodes);
void choose_host_free(struct choose_host *host);

/*
 * Binds each backing that is chosen to one host node with enough memory, and enough CPUs where each
 * vCPU wants one: to one that no other guest node has if there is one, and there to the one that it
 * fills best. Where no node has enough, the ones nearest to the roomiest are added until they do;
 * where all have not, the backing is left as it is. Pure.
 */
void choose_nodes(const struct topology *t, struct backing *backings,
		  const struct capacity *capacity, const struct choose_host *host);

#endif
