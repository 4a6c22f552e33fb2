/* SPDX-License-Identifier: MIT */
/*
 * Taking memory before the guest starts, by threads that run on the host nodes that they fill.
 * mem/ram calls it, at most twice per machine, and owns the ranges.
 */
#ifndef MEM_POPULATE_H
#define MEM_POPULATE_H

#include <stdatomic.h>

#include "mem/backing.h"

/* One piece of one node's memory. */
struct populate_range {
	unsigned int node;
	const struct backing *backing;
	uint8_t *addr;
	uint64_t size;
	bool may_fail; /* the others are populated all the same */

	/* Of populate_all(). */
	struct error err; /* why it failed, without the node; "": it did not */
	_Atomic uint64_t next; /* offset of the first chunk that no thread has taken */
	_Atomic uint64_t done; /* bytes */
	double seconds; /* until its last byte was there */
};

/* Called from time to time while @total bytes are being populated. */
typedef void populate_progress(uint64_t done, uint64_t total);

/*
 * Populates @nr ranges: madvise(2), MADV_POPULATE_WRITE, or by touching the pages where Linux is
 * older than 5.14 or refuses it. @threads in all, shared out by size, at least one per node; 0
 * means one per CPU. @progress may be NULL. Returns 0, or -1 naming node and call when one that may
 * not failed.
 */
int populate_all(struct populate_range *ranges, unsigned int nr, unsigned int threads,
		 populate_progress *progress, struct error *err);

#endif
