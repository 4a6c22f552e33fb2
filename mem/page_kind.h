/* SPDX-License-Identifier: MIT */
/*
 * The kinds of pages that guest memory can be made of: one table, for all that maps, counts,
 * populates or names pages. Constant.
 */
#ifndef MEM_PAGE_KIND_H
#define MEM_PAGE_KIND_H

#include <stdint.h>

#include "mem/placement.h"

/* What the host counts separately as free. */
enum page_pool {
	PAGE_POOL_MEMORY, /* 4k pages and THP come from the same */
	PAGE_POOL_2M,
	PAGE_POOL_1G,
	PAGE_NR_POOLS,
};

struct page_kind {
	const char *name; /* as the user writes it */
	uint64_t size; /* bytes */
	unsigned int huge_shift; /* of hugetlb: log2 of the size, as mmap(2) takes it; else 0 */
	enum page_pool pool;
	uint64_t chunk; /* bytes per populating call: few calls, but mmap_lock is never held long */
};

/* PLACEMENT_AUTO is a kind only until mem/fit has chosen between 2M and THP. */
extern const struct page_kind page_kinds[PLACEMENT_NR_PAGES];

#endif
