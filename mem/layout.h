/* SPDX-License-Identifier: MIT */
/*
 * Where each node's memory is in the guest-physical address space: the topology and what the
 * architecture leaves free go in, ranges come out. Built once, into struct machine, which owns it;
 * everybody else reads it. Pure.
 */
#ifndef MEM_LAYOUT_H
#define MEM_LAYOUT_H

#include "mem/topology.h"

#define LAYOUT_MAX_HOLES 4

/* Linux on x86-64 and arm64 (4k pages) hot-plugs memory in blocks of this size at least. */
#define LAYOUT_MEMORY_BLOCK (128ULL << 20)

struct layout_hole {
	uint64_t start;
	uint64_t end; /* the first address after it */
};

/* What the architecture and this host leave to RAM. */
struct layout_space {
	uint64_t ram_base;
	struct layout_hole holes[LAYOUT_MAX_HOLES]; /* ascending, none touching another */
	unsigned int nr_holes;
	unsigned int phys_bits; /* guest-physical addresses are below 2^phys_bits; 64: no limit */
};

/* Memory of one node in one piece; one KVM memory slot, one SRAT entry. */
struct layout_range {
	unsigned int node;
	unsigned int slot;
	uint64_t gpa;
	uint64_t size;
	uint64_t offset; /* in the host's reservation: the sum of the sizes before it */
};

struct layout {
	struct layout_range *ranges; /* ascending by gpa */
	unsigned int nr_ranges;
	uint64_t size; /* bytes in all */
};

/*
 * There is memory at all, and the nodes' sum is @t->memory where that is declared. Returns 0, or
 * -1 with both figures.
 */
int layout_check_memory(const struct topology *t, struct error *err);

/*
 * Places the nodes in order from @space->ram_base. What would fall into a hole is moved past it,
 * so a node that straddles one has two ranges; a node without memory has none. Returns 0, or -1
 * when there is no memory anywhere, the sum overflows or is not @t->memory, or RAM would end
 * above @space->phys_bits.
 */
int layout_build(const struct topology *t, const struct layout_space *space, struct layout *layout,
		 struct error *err);

/*
 * Every range of @node begins and ends at a multiple of @page_size, so that pages of that size can
 * back it. RAM bases and holes are multiples of 1 GiB, so the nodes' sizes alone decide. Returns 0,
 * or -1 with the nearest sizes that do.
 */
int layout_check_pages(const struct layout *layout, unsigned int node, uint64_t page_size,
		       struct error *err);

/* The range that holds @gpa, or NULL. */
const struct layout_range *layout_range_at(const struct layout *layout, uint64_t gpa);

/* The first address after the last range. */
uint64_t layout_end(const struct layout *layout);

void layout_free(struct layout *layout);

#endif
