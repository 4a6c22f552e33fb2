// SPDX-License-Identifier: MIT
#include "mem/page_kind.h"

#include "mem/size.h"

const struct page_kind page_kinds[PLACEMENT_NR_PAGES] = {
	[PLACEMENT_THP] = { "thp", 4096, 0, PAGE_POOL_MEMORY, 16 * MIB },
	[PLACEMENT_4K] = { "4k", 4096, 0, PAGE_POOL_MEMORY, 4 * MIB },
	[PLACEMENT_2M] = { "2M", 2 * MIB, 21, PAGE_POOL_2M, 16 * MIB },
	[PLACEMENT_1G] = { "1G", GIB, 30, PAGE_POOL_1G, GIB },
	[PLACEMENT_AUTO] = { "auto", 4096, 0, PAGE_POOL_MEMORY, 16 * MIB },
};
