// SPDX-License-Identifier: MIT
#include "mem/choose.h"

#include <limits.h>
#include <stdlib.h>

#include "mem/host.h"
#include "mem/xalloc.h"

void choose_host_read(struct choose_host *host, unsigned int nr_nodes)
{
	struct bitmask *one = numa_allocate_nodemask(), *cpus;

	*host = (struct choose_host){ .nr_nodes = nr_nodes };
	host->cpus = xcalloc(nr_nodes, sizeof(*host->cpus));
	host->distances = xcalloc(nr_nodes * nr_nodes, sizeof(*host->distances));
	for (unsigned int i = 0; i < nr_nodes; i++) {
		numa_bitmask_setbit(one, i);
		cpus = host_cpus(one);
		host->cpus[i] = numa_bitmask_weight(cpus);
		numa_bitmask_free(cpus);
		numa_bitmask_clearbit(one, i);
		for (unsigned int j = 0; j < nr_nodes; j++)
			host->distances[i * nr_nodes + j] = numa_distance(i, j);
	}
	numa_bitmask_free(one);
}

void choose_host_free(struct choose_host *host)
{
	free(host->cpus);
	free(host->distances);
	*host = (struct choose_host){ 0 };
}

/* What is left of the host after the nodes that have theirs. */
struct rest {
	const struct choose_host *host;
	struct capacity capacity;
	unsigned int *cpus;
	bool *used;
};

/* What a guest node needs. */
struct need {
	const struct page_kind *pages;
	uint64_t size;
	unsigned int cpus; /* of its own */
};

static struct need need_of(const struct topology *t, unsigned int node, const struct backing *b)
{
	const struct topology_node *n = &t->nodes[node];
	bool core = n->placement.pin == PLACEMENT_PIN_CORE;

	return (struct need){ b->pages, n->size, core ? n->llcs * t->cores * t->threads : 0 };
}

static uint64_t room(const struct rest *rest, const struct need *need, unsigned int node)
{
	return rest->capacity.free_bytes[need->pages->pool][node];
}

static void occupy(struct rest *rest, const struct backing *backing, const struct need *need)
{
	unsigned int cpus = need->cpus;
	struct error ignored;

	capacity_take(&rest->capacity, backing, need->size, &ignored);
	for (unsigned int i = 0; backing->nodes && i < rest->host->nr_nodes; i++) {
		unsigned int here = cpus < rest->cpus[i] ? cpus : rest->cpus[i];

		if (!numa_bitmask_isbitset(backing->nodes, i))
			continue;
		rest->used[i] = true;
		rest->cpus[i] -= here;
		cpus -= here;
	}
}

/* @a is the better place: it has all that is needed, is nobody's, and is filled by it. */
static bool is_better(const struct rest *rest, const struct need *need, unsigned int a,
		      unsigned int b)
{
	uint64_t in_a = room(rest, need, a), in_b = room(rest, need, b);
	bool enough = in_a >= need->size;
	bool cpus = rest->cpus[a] >= need->cpus;

	if (enough != (in_b >= need->size))
		return enough;
	if (cpus != (rest->cpus[b] >= need->cpus))
		return cpus;
	if (rest->used[a] != rest->used[b])
		return rest->used[b];
	return enough ? in_a < in_b : in_a > in_b;
}

static unsigned int best_node(const struct rest *rest, const struct need *need)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < rest->host->nr_nodes; i++)
		if (is_better(rest, need, i, best))
			best = i;
	return best;
}

/* Of those with something to give that are not in @nodes; nr_nodes for none. */
static unsigned int nearest_node(const struct rest *rest, const struct need *need,
				 const struct bitmask *nodes, unsigned int from)
{
	unsigned int nr = rest->host->nr_nodes, nearest = nr, least = UINT_MAX;

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int distance = rest->host->distances[from * nr + i];

		if (numa_bitmask_isbitset(nodes, i) || !room(rest, need, i) || distance >= least)
			continue;
		least = distance;
		nearest = i;
	}
	return nearest;
}

static unsigned int cpus_on(const struct rest *rest, const struct bitmask *nodes)
{
	unsigned int cpus = 0;

	for (unsigned int i = 0; i < rest->host->nr_nodes; i++)
		cpus += numa_bitmask_isbitset(nodes, i) ? rest->cpus[i] : 0;
	return cpus;
}

/* The caller frees the nodes; NULL when all together have too little. */
static struct bitmask *find_nodes(const struct rest *rest, const struct need *need)
{
	struct bitmask *nodes = numa_allocate_nodemask();
	unsigned int first = best_node(rest, need), node = first;

	while (node < rest->host->nr_nodes) {
		numa_bitmask_setbit(nodes, node);
		if (capacity_on(&rest->capacity, need->pages, nodes) >= need->size &&
		    cpus_on(rest, nodes) >= need->cpus)
			return nodes;
		node = nearest_node(rest, need, nodes, first);
	}
	numa_bitmask_free(nodes);
	return NULL;
}

static bool choose(const struct rest *rest, struct backing *backing, const struct need *need)
{
	backing->nodes = find_nodes(rest, need);
	if (backing->nodes)
		backing->policy = PLACEMENT_BIND;
	return backing->nodes;
}

/* Those that are declared have theirs first. */
void choose_nodes(const struct topology *t, struct backing *backings,
		  const struct capacity *capacity, const struct choose_host *host)
{
	struct rest rest = {
		.host = host,
		.cpus = xcalloc(host->nr_nodes, sizeof(*rest.cpus)),
		.used = xcalloc(host->nr_nodes, sizeof(*rest.used)),
	};

	capacity_copy(&rest.capacity, capacity);
	for (unsigned int i = 0; i < host->nr_nodes; i++)
		rest.cpus[i] = host->cpus[i];
	for (int chosen = 0; chosen <= 1; chosen++)
		for (unsigned int i = 0; i < t->nr_nodes; i++) {
			struct need need = need_of(t, i, &backings[i]);

			if (backings[i].chosen == chosen &&
			    (!chosen || choose(&rest, &backings[i], &need)))
				occupy(&rest, &backings[i], &need);
		}
	capacity_free(&rest.capacity);
	free(rest.cpus);
	free(rest.used);
}
