// SPDX-License-Identifier: MIT
#include "mem/capacity.h"

#include <stdlib.h>

#include "mem/cgroup.h"
#include "mem/host.h"
#include "mem/xalloc.h"

#define MIB (1ULL << 20)

void capacity_init(struct capacity *capacity, unsigned int nr_nodes)
{
	capacity->nr_nodes = nr_nodes;
	capacity->limit = UINT64_MAX;
	for (int pool = 0; pool < PAGE_NR_POOLS; pool++)
		capacity->free_bytes[pool] = xcalloc(nr_nodes, sizeof(uint64_t));
	capacity->weights = xcalloc(nr_nodes, sizeof(*capacity->weights));
	for (unsigned int i = 0; i < nr_nodes; i++)
		capacity->weights[i] = 1;
}

static void read_node(struct capacity *capacity, unsigned int node)
{
	capacity->free_bytes[PAGE_POOL_MEMORY][node] = host_free_memory(node);
	for (int i = 0; i < PLACEMENT_NR_PAGES; i++) {
		const struct page_kind *pages = &page_kinds[i];

		if (pages->huge_shift)
			capacity->free_bytes[pages->pool][node] =
				host_free_huge_pages(node, pages->size) * pages->size;
	}
}

void capacity_read(struct capacity *capacity)
{
	capacity_init(capacity, host_nr_nodes());
	capacity->limit = cgroup_free_memory();
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

static unsigned int fullest(const struct capacity *capacity, const struct page_kind *pages,
			    const struct bitmask *nodes)
{
	const uint64_t *free_bytes = capacity->free_bytes[pages->pool];
	unsigned int best = capacity->nr_nodes;

	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i) &&
		    (best == capacity->nr_nodes || free_bytes[i] > free_bytes[best]))
			best = i;
	return best;
}

static int refuse_lack(const struct capacity *capacity, const struct page_kind *pages,
		       const struct bitmask *nodes, uint64_t size, struct error *err)
{
	char *list = nodes ? host_list(nodes) : xstrdup("all");
	bool huge = pages->huge_shift;

	error_set(err, "needs %llu MiB of %s%s on host nodes %s, where %llu MiB are free%s",
		  (unsigned long long)size >> 20, huge ? pages->name : "memory",
		  huge ? " huge pages" : "", list,
		  (unsigned long long)capacity_on(capacity, pages, nodes) >> 20,
		  huge ? ": reserve some (nr_hugepages), or use pages = auto" : "");
	err->contention = true;
	free(list);
	return -1;
}

/* hugetlb's pages are charged to no memory cgroup, but with memory_hugetlb_accounting. */
static int charge(struct capacity *capacity, const struct page_kind *pages, uint64_t size,
		  struct error *err)
{
	if (pages->pool != PAGE_POOL_MEMORY)
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

/* There is enough. */
static void take_fullest(struct capacity *capacity, const struct page_kind *pages,
			 const struct bitmask *nodes, uint64_t size)
{
	while (size) {
		uint64_t *left =
			&capacity->free_bytes[pages->pool][fullest(capacity, pages, nodes)];
		uint64_t piece = size < *left ? size : *left;

		*left -= piece;
		size -= piece;
	}
}

int capacity_take(struct capacity *capacity, const struct page_kind *pages,
		  const struct bitmask *nodes, uint64_t size, struct error *err)
{
	if (capacity_on(capacity, pages, nodes) < size)
		return refuse_lack(capacity, pages, nodes, size, err);
	if (charge(capacity, pages, size, err))
		return -1;
	take_fullest(capacity, pages, nodes, size);
	return 0;
}

int capacity_take_near(struct capacity *capacity, const struct page_kind *pages,
		       const struct bitmask *nodes, uint64_t size, struct error *err)
{
	uint64_t near = capacity_on(capacity, pages, nodes);

	if (near > size)
		near = size;
	if (capacity_on(capacity, pages, NULL) < size)
		return refuse_lack(capacity, pages, NULL, size, err);
	if (charge(capacity, pages, size, err))
		return -1;
	take_fullest(capacity, pages, nodes, near);
	take_fullest(capacity, pages, NULL, size - near);
	return 0;
}

/* What @node gives of @size bytes that are interleaved over @nodes, in whole MiB or pages. */
static uint64_t share_of(const struct capacity *capacity, const struct page_kind *pages,
			 const struct bitmask *nodes, unsigned int node, bool weighted,
			 uint64_t size)
{
	uint64_t unit = pages->size > MIB ? pages->size : MIB;
	uint64_t sum = 0, weight = weighted ? capacity->weights[node] : 1;

	if (!among(nodes, node))
		return 0;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		if (among(nodes, i))
			sum += weighted ? capacity->weights[i] : 1;
	return (size / unit * weight + sum - 1) / sum * unit;
}

static int refuse_share(const struct capacity *capacity, const struct page_kind *pages,
			unsigned int node, uint64_t share, struct error *err)
{
	struct bitmask *one = numa_bitmask_alloc(capacity->nr_nodes);

	numa_bitmask_setbit(one, node);
	refuse_lack(capacity, pages, one, share, err);
	numa_bitmask_free(one);
	return error_prefix(err, "interleaved, it ");
}

int capacity_take_shares(struct capacity *capacity, const struct page_kind *pages,
			 const struct bitmask *nodes, bool weighted, uint64_t size,
			 struct error *err)
{
	uint64_t *free_bytes = capacity->free_bytes[pages->pool];

	for (unsigned int i = 0; i < capacity->nr_nodes; i++) {
		uint64_t share = share_of(capacity, pages, nodes, i, weighted, size);

		if (share > free_bytes[i])
			return refuse_share(capacity, pages, i, share, err);
	}
	if (charge(capacity, pages, size, err))
		return -1;
	for (unsigned int i = 0; i < capacity->nr_nodes; i++)
		free_bytes[i] -= share_of(capacity, pages, nodes, i, weighted, size);
	return 0;
}

void capacity_free(struct capacity *capacity)
{
	for (int pool = 0; pool < PAGE_NR_POOLS; pool++)
		free(capacity->free_bytes[pool]);
	free(capacity->weights);
	*capacity = (struct capacity){ 0 };
}
