// SPDX-License-Identifier: MIT
#include "mem/capacity.h"

#include <stdlib.h>

#include "mem/cgroup.h"
#include "mem/host.h"
#include "mem/xalloc.h"

#define MIB (1ULL << 20)

static const struct {
	uint64_t page_size;
	const char *name;
} kinds[CAPACITY_NR_KINDS] = {
	[CAPACITY_MEMORY] = { 4096, "memory" },
	[CAPACITY_2M] = { 2ULL << 20, "2M huge pages" },
	[CAPACITY_1G] = { 1ULL << 30, "1G huge pages" },
};

void capacity_init(struct capacity *capacity, unsigned int nr_nodes)
{
	capacity->nr_nodes = nr_nodes;
	capacity->limit = UINT64_MAX;
	for (int kind = 0; kind < CAPACITY_NR_KINDS; kind++)
		capacity->free_bytes[kind] = xcalloc(nr_nodes, sizeof(uint64_t));
	capacity->weights = xcalloc(nr_nodes, sizeof(*capacity->weights));
	for (unsigned int i = 0; i < nr_nodes; i++)
		capacity->weights[i] = 1;
}

void capacity_read(struct capacity *capacity)
{
	capacity_init(capacity, host_nr_nodes());
	capacity->limit = cgroup_free_memory();
	for (unsigned int i = 0; i < capacity->nr_nodes; i++) {
		capacity->weights[i] = host_interleave_weight(i);
		if (!host_allows_node(i))
			continue;
		capacity->free_bytes[CAPACITY_MEMORY][i] = host_free_memory(i);
		for (int kind = CAPACITY_2M; kind < CAPACITY_NR_KINDS; kind++)
			capacity->free_bytes[kind][i] =
				host_free_huge_pages(i, kinds[kind].page_size) *
				kinds[kind].page_size;
	}
}

enum capacity_kind capacity_kind(uint64_t page_size)
{
	for (int kind = 0; kind < CAPACITY_NR_KINDS; kind++)
		if (kinds[kind].page_size == page_size)
			return kind;
	abort();
}

static bool among(const struct bitmask *nodes, unsigned int node)
{
	return !nodes || numa_bitmask_isbitset(nodes, node);
}

uint64_t capacity_on(const struct capacity *capacity, enum capacity_kind kind,
		     const struct bitmask *nodes)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i))
			sum += capacity->free_bytes[kind][i];
	return sum;
}

static unsigned int fullest(const struct capacity *capacity, enum capacity_kind kind,
			    const struct bitmask *nodes)
{
	const uint64_t *free_bytes = capacity->free_bytes[kind];
	unsigned int best = capacity->nr_nodes;

	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i) &&
		    (best == capacity->nr_nodes || free_bytes[i] > free_bytes[best]))
			best = i;
	return best;
}

static int refuse(const struct capacity *capacity, enum capacity_kind kind,
		  const struct bitmask *nodes, uint64_t size, struct error *err)
{
	char *list = nodes ? host_list(nodes) : xstrdup("all");

	error_set(err, "needs %llu MiB of %s on host nodes %s, where %llu MiB are free%s",
		  (unsigned long long)size >> 20, kinds[kind].name, list,
		  (unsigned long long)capacity_on(capacity, kind, nodes) >> 20,
		  kind == CAPACITY_MEMORY ? ""
					  : ": reserve some (nr_hugepages), or use pages = auto");
	err->contention = true;
	free(list);
	return -1;
}

/* Huge pages of hugetlb are on no memory cgroup's account, but with memory_hugetlb_accounting. */
static int charge(struct capacity *capacity, enum capacity_kind kind, uint64_t size,
		  struct error *err)
{
	if (kind != CAPACITY_MEMORY)
		return 0;
	if (size > capacity->limit) {
		error_set(err,
			  "needs %llu MiB of memory, but the memory cgroup of this process lets it "
			  "take %llu MiB: raise its memory.max",
			  (unsigned long long)size >> 20,
			  (unsigned long long)capacity->limit >> 20);
		err->contention = true;
		return -1;
	}
	capacity->limit -= size;
	return 0;
}

/* There is as much. */
static void take(struct capacity *capacity, enum capacity_kind kind, const struct bitmask *nodes,
		 uint64_t size)
{
	while (size) {
		uint64_t *left = &capacity->free_bytes[kind][fullest(capacity, kind, nodes)];
		uint64_t piece = size < *left ? size : *left;

		*left -= piece;
		size -= piece;
	}
}

int capacity_take(struct capacity *capacity, enum capacity_kind kind, const struct bitmask *nodes,
		  uint64_t size, struct error *err)
{
	if (capacity_on(capacity, kind, nodes) < size)
		return refuse(capacity, kind, nodes, size, err);
	if (charge(capacity, kind, size, err))
		return -1;
	take(capacity, kind, nodes, size);
	return 0;
}

int capacity_take_near(struct capacity *capacity, enum capacity_kind kind,
		       const struct bitmask *nodes, uint64_t size, struct error *err)
{
	uint64_t near = capacity_on(capacity, kind, nodes);

	if (near > size)
		near = size;
	if (capacity_on(capacity, kind, NULL) < size)
		return refuse(capacity, kind, NULL, size, err);
	if (charge(capacity, kind, size, err))
		return -1;
	take(capacity, kind, nodes, near);
	take(capacity, kind, NULL, size - near);
	return 0;
}

/* What @node has to give of @size bytes that are interleaved over @nodes, in whole MiB or pages. */
static uint64_t share_of(const struct capacity *capacity, enum capacity_kind kind,
			 const struct bitmask *nodes, unsigned int node, bool weighted,
			 uint64_t size)
{
	uint64_t unit = kinds[kind].page_size > MIB ? kinds[kind].page_size : MIB;
	uint64_t sum = 0, weight = weighted ? capacity->weights[node] : 1;

	if (!among(nodes, node))
		return 0;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i))
			sum += weighted ? capacity->weights[i] : 1;
	return (size / unit * weight + sum - 1) / sum * unit;
}

static int refuse_share(const struct capacity *capacity, enum capacity_kind kind, unsigned int node,
			uint64_t share, struct error *err)
{
	struct bitmask *one = numa_bitmask_alloc(capacity->nr_nodes);

	numa_bitmask_setbit(one, node);
	refuse(capacity, kind, one, share, err);
	numa_bitmask_free(one);
	return error_prefix(err, "interleaved, it ");
}

int capacity_take_shares(struct capacity *capacity, enum capacity_kind kind,
			 const struct bitmask *nodes, bool weighted, uint64_t size,
			 struct error *err)
{
	uint64_t *free_bytes = capacity->free_bytes[kind];

	for (unsigned int i = 0; i < capacity->nr_nodes; i++) {
		uint64_t share = share_of(capacity, kind, nodes, i, weighted, size);

		if (share > free_bytes[i])
			return refuse_share(capacity, kind, i, share, err);
	}
	if (charge(capacity, kind, size, err))
		return -1;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		free_bytes[i] -= share_of(capacity, kind, nodes, i, weighted, size);
	return 0;
}

void capacity_free(struct capacity *capacity)
{
	for (int kind = 0; kind < CAPACITY_NR_KINDS; kind++)
		free(capacity->free_bytes[kind]);
	free(capacity->weights);
	*capacity = (struct capacity){ 0 };
}
