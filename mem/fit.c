// SPDX-License-Identifier: MIT
#include "mem/fit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "mem/capacity.h"
#include "mem/choose.h"
#include "mem/host.h"
#include "mem/lock.h"
#include "mem/pin.h"
#include "mem/xalloc.h"

/* More than the host has at all would end in its OOM killer. */
static int check_total(const struct machine *m, struct error *err)
{
	struct sysinfo info;
	uint64_t has;

	if (sysinfo(&info))
		return error_errno(err, "sysinfo");
	has = ((uint64_t)info.totalram + info.totalswap) * info.mem_unit;
	if (m->layout.size > has)
		return error_set(
			err, "memory: %llu MiB are more than the %llu MiB of this host: use less",
			(unsigned long long)m->layout.size >> 20, (unsigned long long)has >> 20);
	return 0;
}

static int resolve_node(const struct machine *m, unsigned int node, struct backing *backing,
			struct error *err)
{
	if (backing_resolve(&m->topology.nodes[node].placement, backing, err) &&
	    backing_give_up_nodes(backing, err))
		return -1;
	return layout_check_pages(&m->layout, node, backing->pages->size, err);
}

/* All of them, also after an error; the first is told. */
static int resolve_all(const struct machine *m, struct backing *backings, struct error *err)
{
	struct error later;
	int ret = 0;

	for (unsigned int i = 0; i < m->topology.nr_nodes; i++)
		if (resolve_node(m, i, &backings[i], ret ? &later : err) && !ret)
			ret = error_prefix(err, "node %u: ", i);
	return ret;
}

/* PLACEMENT_AUTO: huge pages only where all of them are free on the nodes themselves. */
static const struct page_kind *choose_pages(const struct machine *m, unsigned int node,
					    const struct backing *backing,
					    struct capacity *capacity)
{
	uint64_t size = m->topology.nodes[node].size;
	struct backing huge = *backing;
	struct error ignored;

	huge.pages = &page_kinds[PLACEMENT_2M];
	if (backing->populate && !capacity->guesses &&
	    !layout_check_pages(&m->layout, node, huge.pages->size, &ignored) &&
	    capacity_on(capacity, huge.pages, huge.nodes) >= size &&
	    !capacity_take(capacity, &huge, size, &ignored))
		return huge.pages;
	return &page_kinds[PLACEMENT_THP];
}

/* Pages of hugetlb, of which there may be too few. */
static int fit_pages(const struct machine *m, unsigned int node, struct backing *backing,
		     struct capacity *capacity, struct error *err)
{
	uint64_t size = m->topology.nodes[node].size;

	if (backing->pages == &page_kinds[PLACEMENT_AUTO])
		backing->pages = choose_pages(m, node, backing, capacity);
	else if (backing->pages->huge_shift && capacity_take(capacity, backing, size, err)) {
		if (backing_give_up(backing, err))
			return -1;
		backing->pages = &page_kinds[PLACEMENT_THP];
	}
	return 0;
}

/* What remains of a bind without enough memory: these nodes first, then others. */
static int fit_memory(const struct machine *m, unsigned int node, struct backing *backing,
		      struct capacity *capacity, struct error *err)
{
	if (!backing->populate || backing->pages->huge_shift ||
	    !capacity_take(capacity, backing, m->topology.nodes[node].size, err))
		return 0;
	if (backing_give_up(backing, err))
		return -1;
	backing->spills = true;
	if (backing->policy == PLACEMENT_BIND)
		backing->policy = numa_bitmask_weight(backing->nodes) > 1 ? PLACEMENT_PREFERRED_MANY
									  : PLACEMENT_PREFERRED;
	return 0;
}

/* If the whole host is short, strict = no cannot help: its OOM killer would end the guest. */
static int fit_rest(const struct machine *m, unsigned int node, struct backing *backing,
		    struct capacity *capacity, struct error *err)
{
	return backing->spills ? capacity_take(capacity, backing, m->topology.nodes[node].size, err)
			       : 0;
}

/* What the guest takes bit by bit is not promised, but is known to be too much by now. */
static int warn_unpopulated(const struct machine *m, unsigned int node, struct backing *backing,
			    struct capacity *capacity, struct error *err)
{
	struct error lack;

	(void)err;
	if (backing->populate || !backing->nodes ||
	    !capacity_take(capacity, backing, m->topology.nodes[node].size, &lack))
		return 0;
	error_set(&backing->warning, "populate = no, but the guest may lack memory later: %s",
		  lack.text);
	return 0;
}

static unsigned int choices(const struct backing *backing)
{
	return backing->nodes ? numa_bitmask_weight(backing->nodes) : ~0U;
}

/* Nodes that must have huge pages go before those that take what remains. */
static bool goes_before(const struct backing *a, const struct backing *b)
{
	bool must = a->pages->huge_shift, b_must = b->pages->huge_shift;

	if (must != b_must)
		return must;
	if (backing_is_fixed(a) != backing_is_fixed(b))
		return backing_is_fixed(a);
	return choices(a) < choices(b);
}

/* The nodes' numbers, those with little to choose from first; in their own order otherwise. */
static unsigned int *sort(const struct backing *backings, unsigned int nr)
{
	unsigned int *sorted = xcalloc(nr, sizeof(*sorted));

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = i;

		for (; at && goes_before(&backings[i], &backings[sorted[at - 1]]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = i;
	}
	return sorted;
}

typedef int fit_step(const struct machine *m, unsigned int node, struct backing *backing,
		     struct capacity *capacity, struct error *err);

static int fit_all(fit_step *step, const struct machine *m, struct backing *backings,
		   struct capacity *capacity, struct error *err)
{
	unsigned int *sorted = sort(backings, m->topology.nr_nodes), node = 0;
	int ret = 0;

	for (unsigned int i = 0; !ret && i < m->topology.nr_nodes; i++) {
		node = sorted[i];
		ret = step(m, node, &backings[node], capacity, err);
	}
	free(sorted);
	return ret ? error_prefix(err, "node %u: ", node) : 0;
}

/* Huge pages first: a node that does without them needs memory. What spills comes last. */
int fit_into(const struct machine *m, struct backing *backings, struct capacity *capacity,
	     struct error *err)
{
	static fit_step *const steps[] = { fit_pages, fit_memory, fit_rest, warn_unpopulated };

	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (fit_all(steps[i], m, backings, capacity, err))
			return -1;
	return 0;
}

bool fit_takes_memory(const struct fit *fit)
{
	for (unsigned int i = 0; i < fit->machine->topology.nr_nodes; i++)
		if (fit->backings[i].pages->huge_shift || fit->backings[i].populate)
			return true;
	return false;
}

static bool names_nodes(const struct fit *fit)
{
	for (unsigned int i = 0; i < fit->machine->topology.nr_nodes; i++)
		if (fit->backings[i].nodes || fit->backings[i].chosen)
			return true;
	return false;
}

/* A host of one node has nothing to choose from. */
static void choose_host_nodes(struct fit *fit, const struct capacity *capacity)
{
	struct choose_host host;
	bool any = false;

	for (unsigned int i = 0; i < fit->machine->topology.nr_nodes; i++)
		any |= fit->backings[i].chosen;
	if (!any || capacity->nr_nodes == 1)
		return;
	choose_host_read(&host, capacity->nr_nodes);
	choose_nodes(&fit->machine->topology, fit->backings, capacity, &host);
	choose_host_free(&host);
}

static int check_capacity(struct fit *fit, struct error *err)
{
	struct capacity capacity;
	int ret;

	if (fit_takes_memory(fit)) {
		fit->lock = lock_take();
		fit->unlocked = fit->lock < 0 && errno == EWOULDBLOCK;
	} else if (!names_nodes(fit)) {
		return 0;
	}
	capacity_read(&capacity);
	choose_host_nodes(fit, &capacity);
	ret = fit_into(fit->machine, fit->backings, &capacity, err);
	capacity_free(&capacity);
	return ret;
}

/*
 * What is left of auto is thp, and thp on a host that gives none is 4k: the report says so. The
 * host is asked once per kind of memory that there is.
 */
static void settle_thp(struct fit *fit)
{
	int gives[2] = { -1, -1 };

	for (unsigned int i = 0; i < fit->machine->topology.nr_nodes; i++) {
		struct backing *backing = &fit->backings[i];
		int *known = &gives[backing->shared];

		if (backing->pages != &page_kinds[PLACEMENT_THP] &&
		    backing->pages != &page_kinds[PLACEMENT_AUTO])
			continue;
		if (*known < 0)
			*known = host_gives_thp(backing->shared);
		backing->pages = &page_kinds[*known ? PLACEMENT_THP : PLACEMENT_4K];
	}
}

int fit_make(const struct machine *m, struct fit *fit, struct error *err)
{
	struct error later;
	int ret = check_total(m, err);

	*fit = (struct fit){ .machine = m, .lock = -1 };
	fit->backings = xcalloc(m->topology.nr_nodes, sizeof(*fit->backings));
	fit->masks = xcalloc(m->topology.nr_cpus, sizeof(*fit->masks));
	ret |= resolve_all(m, fit->backings, ret ? &later : err);
	if (!ret)
		ret = check_capacity(fit, err);
	settle_thp(fit);
	if (!ret)
		ret = pin_plan(&m->topology, fit->backings, fit->masks, err);
	return ret;
}

void fit_unlock(struct fit *fit)
{
	if (fit->lock >= 0)
		close(fit->lock);
	fit->lock = -1;
}

void fit_free(struct fit *fit)
{
	fit_unlock(fit);
	for (unsigned int i = 0; i < fit->machine->topology.nr_nodes; i++)
		backing_free(&fit->backings[i]);
	for (unsigned int i = 0; i < fit->machine->topology.nr_cpus; i++)
		numa_bitmask_free(fit->masks[i]);
	free(fit->backings);
	free(fit->masks);
	*fit = (struct fit){ .lock = -1 };
}
