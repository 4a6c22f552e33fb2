// SPDX-License-Identifier: MIT
#include "mem/capacity.h"

#include <stdlib.h>

#include "mem/host.h"
#include "mem/xalloc.h"

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
	for (int kind = 0; kind < CAPACITY_NR_KINDS; kind++)
		capacity->free_bytes[kind] = xcalloc(nr_nodes, sizeof(uint64_t));
}

void capacity_read(struct capacity *capacity)
{
	capacity_init(capacity, host_nr_nodes());
	for (unsigned int i = 0; i < capacity->nr_nodes; i++) {
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

int capacity_take(struct capacity *capacity, enum capacity_kind kind, const struct bitmask *nodes,
		  uint64_t size, struct error *err)
{
	if (capacity_on(capacity, kind, nodes) < size)
		return refuse(capacity, kind, nodes, size, err);
	while (size) {
		uint64_t *left = &capacity->free_bytes[kind][fullest(capacity, kind, nodes)];
		uint64_t piece = size < *left ? size : *left;

		*left -= piece;
		size -= piece;
	}
	return 0;
}

void capacity_free(struct capacity *capacity)
{
	for (int kind = 0; kind < CAPACITY_NR_KINDS; kind++)
		free(capacity->free_bytes[kind]);
	*capacity = (struct capacity){ 0 };
}
