// SPDX-License-Identifier: MIT
#include "mem/capacity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/cgroup.h"
#include "mem/host.h"
#include "mem/size.h"
#include "mem/xalloc.h"

void capacity_init(struct capacity *capacity, unsigned int nr_nodes)
{
	*capacity = (struct capacity){ .nr_nodes = nr_nodes, .limit = UINT64_MAX };
	for (int pool = 0; pool < PAGE_NR_POOLS; pool++)
		capacity->free_bytes[pool] = xcalloc(nr_nodes, sizeof(uint64_t));
	capacity->weights = xcalloc(nr_nodes, sizeof(*capacity->weights));
	for (unsigned int i = 0; i < nr_nodes; i++)
		capacity->weights[i] = 1;
}

void capacity_copy(struct capacity *copy, const struct capacity *capacity)
{
	unsigned int nr = capacity->nr_nodes;

	capacity_init(copy, nr);
	copy->limit = capacity->limit;
	copy->by_host = capacity->by_host;
	for (int pool = 0; pool < PAGE_NR_POOLS; pool++)
		memcpy(copy->free_bytes[pool], capacity->free_bytes[pool], nr * sizeof(uint64_t));
	memcpy(copy->weights, capacity->weights, nr * sizeof(*copy->weights));
}

static void read_node(struct capacity *capacity, unsigned int node)
{
	uint64_t memory = host_free_memory(node);

	capacity->free_bytes[PAGE_POOL_MEMORY][node] = memory;
	for (int i = 0; i < PLACEMENT_NR_PAGES; i++) {
		const struct page_kind *pages = &page_kinds[i];
		uint64_t *free_bytes = &capacity->free_bytes[pages->pool][node], nr;

		if (!pages->huge_shift)
			continue;
		nr = host_free_huge_pages(node, pages->size);
		capacity->guesses |= nr == UINT64_MAX;
		*free_bytes = nr == UINT64_MAX ? memory : nr * pages->size;
	}
}

void capacity_read(struct capacity *capacity)
{
	uint64_t in_all = host_hidden_memory();

	capacity_init(capacity, host_nr_nodes());
	capacity->limit = cgroup_free_memory();
	capacity->by_host = in_all < capacity->limit;
	if (capacity->by_host)
		capacity->limit = in_all;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++) {
		capacity->weights[i] = host_interleave_weight(i);
		if (host_allows_node(i))
			read_node(capacity, i);
	}
}

static bool among(const struct bitmask *nodes, unsigned int node)
{
	return !nodes || numa_bitmask_isbitset(nodes, node);
}

uint64_t capacity_on(const struct capacity *capacity, const struct page_kind *pages,
		     const struct bitmask *nodes)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i))
			sum += capacity->free_bytes[pages->pool][i];
	return sum;
}

static uint64_t *fullest(struct capacity *capacity, const struct page_kind *pages,
			 const struct bitmask *nodes)
{
	uint64_t *free_bytes = capacity->free_bytes[pages->pool], *best = NULL;

	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i) && (!best || free_bytes[i] > *best))
			best = &free_bytes[i];
	return best;
}

static int refuse_lack(const struct page_kind *pages, uint64_t size, const char *nodes,
		       uint64_t free_bytes, struct error *err)
{
	bool huge = pages->huge_shift;

	error_set(err, "needs %llu MiB of %s%s on host nodes %s, where %llu MiB are free%s",
		  (unsigned long long)size >> 20, huge ? pages->name : "memory",
		  huge ? " huge pages" : "", nodes, (unsigned long long)free_bytes >> 20,
		  huge ? ": reserve some (nr_hugepages), or use pages = auto" : "");
	err->contention = true;
	return -1;
}

/* hugetlb's pages are charged to no memory cgroup, but with memory_hugetlb_accounting. */
static int charge(struct capacity *capacity, const struct page_kind *pages, uint64_t size,
		  struct error *err)
{
	if (pages->pool != PAGE_POOL_MEMORY)
		return 0;
	if (size > capacity->limit) {
		error_set(err, "needs %llu MiB of memory, but %s %llu MiB%s",
			  (unsigned long long)size >> 20,
			  capacity->by_host ? "this host has"
					    : "the memory cgroup of this process lets it take",
			  (unsigned long long)capacity->limit >> 20,
			  capacity->by_host ? " free" : ": raise its memory.max");
		err->contention = true;
		return -1;
	}
	capacity->limit -= size;
	return 0;
}

/* There is enough. */
static void take_fullest(struct capacity *capacity, const struct page_kind *pages,
			 const struct bitmask *nodes, uint64_t size)
{
	while (size) {
		uint64_t *left = fullest(capacity, pages, nodes);
		uint64_t piece = size < *left ? size : *left;

		*left -= piece;
		size -= piece;
	}
}

/* From the backing's own nodes, and what these lack from @others, which hold them all. */
static int take_near(struct capacity *capacity, const struct backing *backing,
		     const struct bitmask *others, uint64_t size, struct error *err)
{
	uint64_t near = capacity_on(capacity, backing->pages, backing->nodes);
	uint64_t all = capacity_on(capacity, backing->pages, others);
	char *list;

	if (all < size) {
		list = others ? host_list(others) : xstrdup("all");
		refuse_lack(backing->pages, size, list, all, err);
		free(list);
		return -1;
	}
	if (charge(capacity, backing->pages, size, err))
		return -1;
	near = near < size ? near : size;
	take_fullest(capacity, backing->pages, backing->nodes, near);
	take_fullest(capacity, backing->pages, others, size - near);
	return 0;
}

/* What @node gives of @size bytes that are interleaved, in whole MiB or pages. */
static uint64_t share_of(const struct capacity *capacity, const struct backing *backing,
			 unsigned int node, uint64_t size)
{
	bool weighted = backing->policy == PLACEMENT_WEIGHTED_INTERLEAVE;
	uint64_t unit = backing->pages->size > MIB ? backing->pages->size : MIB;
	uint64_t sum = 0, weight = weighted ? capacity->weights[node] : 1;

	if (!among(backing->nodes, node))
		return 0;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(backing->nodes, i))
			sum += weighted ? capacity->weights[i] : 1;
	return (size / unit * weight + sum - 1) / sum * unit;
}

static int take_shares(struct capacity *capacity, const struct backing *backing, uint64_t size,
		       struct error *err)
{
	uint64_t *free_bytes = capacity->free_bytes[backing->pages->pool];
	char node[16];

	for (unsigned int i = 0; i < capacity->nr_nodes; i++) {
		uint64_t share = share_of(capacity, backing, i, size);

		if (share <= free_bytes[i])
			continue;
		snprintf(node, sizeof(node), "%u", i);
		refuse_lack(backing->pages, share, node, free_bytes[i], err);
		return error_prefix(err, "interleaved, it ");
	}
	if (charge(capacity, backing->pages, size, err))
		return -1;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		free_bytes[i] -= share_of(capacity, backing, i, size);
	return 0;
}

int capacity_take(struct capacity *capacity, const struct backing *backing, uint64_t size,
		  struct error *err)
{
	if (!backing_is_fixed(backing))
		return take_near(capacity, backing, NULL, size, err);
	if (backing->policy == PLACEMENT_BIND)
		return take_near(capacity, backing, backing->nodes, size, err);
	return take_shares(capacity, backing, size, err);
}

void capacity_free(struct capacity *capacity)
{
	for (int pool = 0; pool < PAGE_NR_POOLS; pool++)
		free(capacity->free_bytes[pool]);
	free(capacity->weights);
	*capacity = (struct capacity){ 0 };
}
