/* SPDX-License-Identifier: MIT */
/*
 * All nodes of a machine on this host: their placements resolved, and whether the host can give
 * them what they ask for, together. ram.c calls both before it maps anything; plan shows the
 * answer.
 */
#ifndef MEM_FIT_H
#define MEM_FIT_H

#include "mem/layout.h"

/*
 * One place for each node of @t, in @places. What a node that is not strict cannot have is given up
 * in its place. Returns 0, or -1 naming the first node that is wrong, the others resolved; @places
 * are to be freed in any case.
 */
int fit_resolve(const struct topology *t, const struct layout *layout, struct place *places,
		struct error *err);

/*
 * Compares what is free on the host nodes now with what populating and huge pages need, all nodes
 * together, and chooses the pages of nodes that leave it open; thp where the host gives none is 4k.
 * The caller has host_lock(). Returns as fit_resolve() does; the lack of something free is
 * contention.
 */
int fit_capacity(const struct topology *t, const struct layout *layout, struct place *places,
		 struct error *err);

/* The same against a capacity that is given, which shrinks by what is taken. Pure. */
struct capacity;
int fit_into(const struct topology *t, const struct layout *layout, struct place *places,
	     struct capacity *capacity, struct error *err);

#endif
