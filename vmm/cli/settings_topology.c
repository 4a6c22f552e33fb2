// SPDX-License-Identifier: MIT
/* The machine that settings declare: its nodes, CPUs, distances, placements and layout. */
#include <stdlib.h>

#include "mem/page_kind.h"
#include "mem/xalloc.h"
#include "vmm/cli/settings.h"

#define DEFAULT_TOPOLOGY "1n1l1c1t"
#define DEFAULT_MEMORY (1ULL << 30)

/* topology and cores, threads or nodes would say the same thing twice. */
static int check_conflicts(const struct settings *s, struct error *err)
{
	const struct where *other = s->nr_nodes ? &s->nodes[0].declared
				    : s->cores	? settings_where(s, &s->cores)
						: settings_where(s, &s->threads);

	if (!s->topology || !other->name)
		return 0;
	error_set(err,
		  "topology says the nodes, cores and threads already: give either it or these");
	return where_error(err, other);
}

/* What says how much memory there is. */
static const struct where *memory_where(const struct settings *s, const struct where *otherwise)
{
	return s->memory ? settings_where(s, &s->memory) : otherwise;
}

/* The settings of node @i, or of all nodes of a uniform machine. */
static const struct settings_node *own(const struct settings *s, unsigned int i)
{
	return s->nr_nodes ? &s->nodes[i] : &s->all;
}

/* A node's own keys, and those of the machine that it has not. */
static void copy_keys(const struct settings *s, unsigned int i, struct topology_node *node)
{
	for (const struct key *key = keys; key->name; key++) {
		const struct settings_node *from = own(s, i);

		from = from->where[key - keys].name ? from : &s->all;
		if (key->in & KEY_IN_NODE && from->where[key - keys].name)
			key_copy(key, node, &from->node);
	}
}

static int make_uniform(const struct settings *s, struct topology *t, struct error *err)
{
	const char *text = s->topology ? s->topology : DEFAULT_TOPOLOGY;
	const struct where *where = settings_where(s, &s->topology);
	struct topology_shape shape;

	if (topology_parse_shape(text, &shape, err))
		return where_error(err, where);
	if (topology_uniform(t, &shape, s->memory ? s->memory : DEFAULT_MEMORY, err))
		return where_error(err, memory_where(s, where));
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		copy_keys(s, i, &t->nodes[i]);
	return 0;
}

static int make_nodes(const struct settings *s, struct topology *t, struct error *err)
{
	if (s->nr_nodes > TOPOLOGY_MAX_NODES) {
		error_set(err, "more nodes than the %d that Linux takes", TOPOLOGY_MAX_NODES);
		return where_error(err, &s->nodes[TOPOLOGY_MAX_NODES].declared);
	}
	topology_init(t, s->nr_nodes);
	t->memory = s->memory;
	for (unsigned int i = 0; i < s->nr_nodes; i++) {
		copy_keys(s, i, &t->nodes[i]);
		if (topology_check_node(t, i, err))
			return where_error(err, &s->nodes[i].declared);
	}
	if (layout_check_memory(t, err))
		return where_error(err, memory_where(s, &s->nodes[0].declared));
	return 0;
}

static int set_distance(struct topology *t, unsigned int from, unsigned int to, long value,
			const struct where *where, struct error *err)
{
	if (topology_check_distance(from, to, value, err))
		return where_error(err, where);
	*topology_distance(t, from, to) = value;
	return 0;
}

static int set_matrix(const struct settings *s, struct topology *t, struct error *err)
{
	unsigned int n = t->nr_nodes;

	if (!s->nr_distances)
		return 0;
	if (s->nr_distances != n * n) {
		error_set(err, "distances has %u numbers: %u nodes need %u, %u per row",
			  s->nr_distances, n, n * n, n);
		return where_error(err, &s->distances_where);
	}
	for (unsigned int i = 0; i < n * n; i++)
		if (set_distance(t, i / n, i % n, s->distances[i].value, &s->distances[i].where,
				 err))
			return -1;
	return 0;
}

static int set_pairs(const struct settings *s, struct topology *t, struct error *err)
{
	for (unsigned int i = 0; i < s->nr_pairs; i++) {
		const struct settings_distance *p = &s->pairs[i];

		if (p->a >= t->nr_nodes || p->b >= t->nr_nodes) {
			error_set(err, "there is no node %u: nodes are 0 to %u",
				  p->a >= t->nr_nodes ? p->a : p->b, t->nr_nodes - 1);
			return where_error(err, &p->where);
		}
		if (set_distance(t, p->a, p->b, p->value, &p->where, err) ||
		    set_distance(t, p->b, p->a, p->value, &p->where, err))
			return -1;
	}
	return 0;
}

/* Where node @i's own key is from that is kept in @field of @node. */
static const struct where *own_where(const struct settings *s, unsigned int i,
				     const struct topology_node *node, const void *field)
{
	return &own(s, i)->where[key_at(node, field, true) - keys];
}

/* The same, or of the machine's key where the node has none. */
static const struct where *any_where(const struct settings *s, unsigned int i,
				     const struct topology_node *node, const void *field)
{
	const struct where *where = own_where(s, i, node, field);

	return where->name ? where : &s->all.where[key_at(node, field, true) - keys];
}

/* What follows from the keys that are given for those that are not. */
static void complete(const struct settings *s, unsigned int i, struct topology_node *node)
{
	struct placement *p = &node->placement;
	bool nowhere = p->policy == PLACEMENT_DEFAULT || p->policy == PLACEMENT_LOCAL;
	bool huge =
		p->pages == PLACEMENT_2M || p->pages == PLACEMENT_1G || p->pages == PLACEMENT_AUTO;

	/* A node whose own policy needs no host nodes does not want the machine's. */
	if (nowhere && own_where(s, i, node, &p->policy)->name &&
	    !own_where(s, i, node, &p->host)->name) {
		free(p->host);
		p->host = NULL;
	}
	if (p->host && !any_where(s, i, node, &p->policy)->name)
		p->policy = PLACEMENT_BIND;
	if (!any_where(s, i, node, &p->populate)->name)
		p->populate = p->host || huge || p->policy == PLACEMENT_LOCAL;
}

/* A mistake in a combination is told at the place of the first key that is given. */
static int refuse_both(const struct where *first, const struct where *second, struct error *err)
{
	return where_error(err, first->name ? first : second);
}

static int place_nodes(const struct settings *s, struct topology *t, struct error *err)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		struct topology_node *node = &t->nodes[i];
		struct placement *p = &node->placement;

		complete(s, i, node);
		if (placement_check(p, err))
			return refuse_both(any_where(s, i, node, &p->policy),
					   any_where(s, i, node, &p->host), err);
		if (placement_check_pages(p, err))
			return refuse_both(any_where(s, i, node, &p->populate),
					   any_where(s, i, node, &p->pages), err);
	}
	return 0;
}

static int make_topology(const struct settings *s, struct topology *t, struct error *err)
{
	if (check_conflicts(s, err))
		return -1;
	if (s->nr_nodes ? make_nodes(s, t, err) : make_uniform(s, t, err))
		return -1;
	t->cores = s->cores ? s->cores : t->cores;
	t->threads = s->threads ? s->threads : t->threads;
	t->packages = s->packages;
	if (set_matrix(s, t, err) || set_pairs(s, t, err) || place_nodes(s, t, err))
		return -1;
	if (topology_finish(t, err))
		return where_error(err, s->packages   ? settings_where(s, &s->packages)
					: s->nr_nodes ? &s->nodes[0].declared
						      : settings_where(s, &s->topology));
	return 0;
}

int settings_topology(const struct settings *settings, struct topology *t, struct error *err)
{
	*t = (struct topology){ 0 };
	if (make_topology(settings, t, err)) {
		topology_free(t);
		return -1;
	}
	return 0;
}

/* Huge pages that are declared are the declaration's mistake on any host. */
static int check_pages(const struct settings *s, const struct topology *t,
		       const struct layout *layout, struct error *err)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		const enum placement_pages *pages = &t->nodes[i].placement.pages;

		if (!layout_check_pages(layout, i, page_kinds[*pages].size, err))
			continue;
		error_prefix(err, "node %u: ", i);
		return where_error(err, any_where(s, i, &t->nodes[i], pages));
	}
	return 0;
}

int settings_layout(const struct settings *s, const struct topology *t,
		    const struct layout_space *space, struct layout *layout, struct error *err)
{
	if (layout_build(t, space, layout, err))
		return where_error(err,
				   memory_where(s, s->nr_nodes ? &s->nodes[s->nr_nodes - 1].declared
							       : settings_where(s, &s->topology)));
	if (!check_pages(s, t, layout, err))
		return 0;
	layout_free(layout);
	return -1;
}
