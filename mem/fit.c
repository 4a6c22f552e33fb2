// SPDX-License-Identifier: MIT
#include "mem/fit.h"

#include <stdlib.h>

#include "mem/capacity.h"
#include "mem/host.h"
#include "mem/xalloc.h"

#define HUGE_2M (2ULL << 20)

/* What a node cannot have ends the start, or it does without. */
static int refuse_or_give_up(struct place *place, unsigned int node, struct error *err)
{
	if (place->strict)
		return error_prefix(err, "node %u: ", node);
	place_give_up(place, err);
	return 0;
}

static void use_thp(struct place *place)
{
	place->page_size = 4096;
	place->thp = true;
}

/* What remains of a bind without enough memory: these nodes first, others then. */
static void prefer_nodes(struct place *place)
{
	place->policy = numa_bitmask_weight(place->nodes) > 1 ? PLACEMENT_PREFERRED_MANY
							      : PLACEMENT_PREFERRED;
}

static int resolve_node(const struct topology *t, const struct layout *layout, unsigned int node,
			struct place *place, struct error *err)
{
	if (place_resolve(&t->nodes[node].placement, place, err)) {
		if (refuse_or_give_up(place, node, err))
			return -1;
		place_drop_nodes(place);
	}
	if (place->page_size > 4096 && layout_check_pages(layout, node, place->page_size, err))
		return error_prefix(err, "node %u: ", node);
	return 0;
}

int fit_resolve(const struct topology *t, const struct layout *layout, struct place *places,
		struct error *err)
{
	struct error later;
	int ret = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (resolve_node(t, layout, i, &places[i], ret ? &later : err))
			ret = -1;
	return ret;
}

/* As its policy promises: on its nodes, in shares of theirs, or on these first. */
static int take(const struct place *place, enum capacity_kind kind, uint64_t size,
		struct capacity *capacity, struct error *err)
{
	switch (place->policy) {
	case PLACEMENT_BIND:
		return capacity_take(capacity, kind, place->nodes, size, err);
	case PLACEMENT_INTERLEAVE:
	case PLACEMENT_WEIGHTED_INTERLEAVE:
		return capacity_take_shares(capacity, kind, place->nodes,
					    place->policy == PLACEMENT_WEIGHTED_INTERLEAVE, size,
					    err);
	default:
		return capacity_take_near(capacity, kind, place->nodes, size, err);
	}
}

static int choose_pages(struct place *place, const struct layout *layout, unsigned int node,
			uint64_t size, struct capacity *capacity)
{
	struct error ignored;

	if (!place->choose_pages || !place->populate ||
	    layout_check_pages(layout, node, HUGE_2M, &ignored) ||
	    capacity_on(capacity, CAPACITY_2M, place->nodes) < size ||
	    take(place, CAPACITY_2M, size, capacity, &ignored))
		return -1;
	place->page_size = HUGE_2M;
	place->thp = false;
	return 0;
}

/* Pages of their own size, of which there may be too few. */
static int fit_pages(struct place *place, const struct layout *layout, unsigned int node,
		     uint64_t size, struct capacity *capacity, struct error *err)
{
	if (!choose_pages(place, layout, node, size, capacity) || place->page_size == 4096 ||
	    !take(place, capacity_kind(place->page_size), size, capacity, err))
		return 0;
	if (refuse_or_give_up(place, node, err))
		return -1;
	use_thp(place);
	return 0;
}

static int fit_memory(struct place *place, unsigned int node, uint64_t size,
		      struct capacity *capacity, struct error *err)
{
	if (!place->populate || place->page_size > 4096 ||
	    !take(place, CAPACITY_MEMORY, size, capacity, err))
		return 0;
	if (refuse_or_give_up(place, node, err))
		return -1;
	place->spills = true;
	if (place->policy == PLACEMENT_BIND)
		prefer_nodes(place);
	return 0;
}

/* What nobody has cannot be done without: the kernel would kill for it. */
static int fit_rest(struct place *place, unsigned int node, uint64_t size,
		    struct capacity *capacity, struct error *err)
{
	if (!place->spills ||
	    !capacity_take_near(capacity, CAPACITY_MEMORY, place->nodes, size, err))
		return 0;
	return error_prefix(err, "node %u: ", node);
}

static unsigned int choices(const struct place *place)
{
	return place->nodes ? numa_bitmask_weight(place->nodes) : ~0U;
}

/* Huge pages are first for those that must have them: who leaves it open takes what remains. */
static bool goes_before(const struct place *a, const struct place *b)
{
	bool must = a->page_size > 4096, b_must = b->page_size > 4096;

	if (must != b_must)
		return must;
	if (place_is_fixed(a) != place_is_fixed(b))
		return place_is_fixed(a);
	return choices(a) < choices(b);
}

/* Those with little to choose from first; in their own order otherwise. */
static void order(const struct place *places, unsigned int *sorted, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = i;

		for (; at && goes_before(&places[i], &places[sorted[at - 1]]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = i;
	}
}

/* Huge pages first, for who has to do without them needs memory; what is given up comes last. */
int fit_into(const struct topology *t, const struct layout *layout, struct place *places,
	     struct capacity *capacity, struct error *err)
{
	unsigned int *sorted = xcalloc(t->nr_nodes, sizeof(*sorted)), i;
	int ret = 0;

	order(places, sorted, t->nr_nodes);
	for (i = 0; !ret && i < t->nr_nodes; i++)
		ret = fit_pages(&places[sorted[i]], layout, sorted[i], t->nodes[sorted[i]].size,
				capacity, err);
	order(places, sorted, t->nr_nodes);
	for (i = 0; !ret && i < t->nr_nodes; i++)
		ret = fit_memory(&places[sorted[i]], sorted[i], t->nodes[sorted[i]].size, capacity,
				 err);
	for (i = 0; !ret && i < t->nr_nodes; i++)
		ret = fit_rest(&places[sorted[i]], sorted[i], t->nodes[sorted[i]].size, capacity,
			       err);
	free(sorted);
	return ret;
}

static bool asks_for_something(const struct place *place)
{
	return place->page_size > 4096 || place->populate;
}

/*
 * A report is not to say thp of memory that this host gives none to. Asked once a kind of memory.
 */
static void drop_thp(const struct topology *t, struct place *places)
{
	enum { UNKNOWN, YES, NO } gives[2] = { UNKNOWN, UNKNOWN };

	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		bool shared = places[i].shared;

		if (!places[i].thp)
			continue;
		if (gives[shared] == UNKNOWN)
			gives[shared] = host_gives_thp(shared) ? YES : NO;
		places[i].thp = gives[shared] == YES;
	}
}

int fit_capacity(const struct topology *t, const struct layout *layout, struct place *places,
		 struct error *err)
{
	struct capacity capacity;
	bool asked = false;
	int ret = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		asked |= asks_for_something(&places[i]);
	if (asked) {
		capacity_read(&capacity);
		ret = fit_into(t, layout, places, &capacity, err);
		capacity_free(&capacity);
	}
	drop_thp(t, places);
	return ret;
}
