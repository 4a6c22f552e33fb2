// SPDX-License-Identifier: MIT
#include "vmm/cli/settings.h"

#include <stdlib.h>

#include "mem/page_kind.h"
#include "mem/xalloc.h"

#define DEFAULT_TOPOLOGY "1n1l1c1t"
#define DEFAULT_MEMORY (1ULL << 30)

struct settings_node *settings_add_node(struct settings *s, struct where where)
{
	struct settings_node node = { .number = s->nr_nodes, .declared = where };

	if (!(s->nr_nodes & (s->nr_nodes - 1))) /* room for as many again */
		s->nodes = xrealloc(s->nodes, s->nr_nodes ? 2 * s->nr_nodes : 1, sizeof(node));
	s->nodes[s->nr_nodes] = node;
	return &s->nodes[s->nr_nodes++];
}

struct slot settings_slot(struct settings *s, struct settings_node *node, const struct key *key)
{
	node = node ? node : &s->all;
	return (struct slot){ key, key->in & KEY_IN_NODE ? (void *)&node->node : s,
			      &node->where[key - keys] };
}

const struct where *settings_where(struct settings *s, struct settings_node *node, const char *name)
{
	unsigned int in = node ? KEY_IN_NODE : KEY_IN_FILE | KEY_IN_FLAGS;

	return settings_slot(s, node, key_find(name, in)).where;
}

/* A flag beats the file, and there the nodes' own keys too. */
static void merge_key(struct settings *flags, struct settings *file, const struct key *key)
{
	struct slot to = settings_slot(flags, NULL, key), from = settings_slot(file, NULL, key);

	if (!to.where->name)
		slot_copy(to, from);
	else if (key->in & KEY_IN_NODE)
		for (unsigned int i = 0; i < file->nr_nodes; i++)
			slot_clear(settings_slot(file, &file->nodes[i], key));
}

void settings_merge(struct settings *flags, struct settings *file)
{
	bool shape = flags->nr_nodes || flags->topology;

	/* The file's memory in all is for a topology from the flags too. */
	for (const struct key *key = keys; key->name; key++)
		if (!shape || key->group != KEYS_OF_MACHINE ||
		    (key->type == KEY_SIZE && !flags->nr_nodes))
			merge_key(flags, file, key);
	if (!shape) {
		flags->nodes = file->nodes;
		flags->nr_nodes = file->nr_nodes;
		flags->distances = file->distances;
		flags->nr_distances = file->nr_distances;
		file->nodes = NULL;
		file->nr_nodes = 0;
		file->distances = NULL;
	}
	settings_free(file);
}

/* topology and cores, threads or nodes would say the same thing twice. */
static int check_conflicts(struct settings *s, struct error *err)
{
	const struct where *other =
		s->nr_nodes ? &s->nodes[0].declared
			    : settings_where(s, NULL, s->cores ? "cores" : "threads");

	if (!s->topology || !other->name)
		return 0;
	error_set(err,
		  "topology says the nodes, cores and threads already: give either it or these");
	return where_error(err, other);
}

/* A mistake in the memory of all nodes is one of @node, unless memory in all is given. */
static int refuse_memory(struct settings *s, const struct settings_node *node, struct error *err)
{
	return where_error(err, s->memory ? settings_where(s, NULL, "memory") : &node->declared);
}

static int make_uniform(struct settings *s, struct topology *t, struct error *err)
{
	const char *text = s->topology ? s->topology : DEFAULT_TOPOLOGY;
	const struct where *where = settings_where(s, NULL, "topology");
	struct topology_shape shape;

	if (topology_parse_shape(text, &shape, err))
		return where_error(err, where);
	s->all.declared = *where;
	if (topology_uniform(t, &shape, s->memory ? s->memory : DEFAULT_MEMORY, err))
		return refuse_memory(s, &s->all, err);
	while (s->nr_nodes < t->nr_nodes)
		settings_add_node(s, *where);
	return 0;
}

static int make_nodes(struct settings *s, struct topology *t, struct error *err)
{
	if (s->nr_nodes > TOPOLOGY_MAX_NODES) {
		error_set(err, "more nodes than the %d that Linux takes", TOPOLOGY_MAX_NODES);
		return where_error(err, &s->nodes[TOPOLOGY_MAX_NODES].declared);
	}
	topology_init(t, s->nr_nodes);
	t->memory = s->memory;
	return 0;
}

static int set_distance(struct topology *t, unsigned int from, unsigned int to, long value,
			const struct where *where, struct error *err)
{
	unsigned int last = t->nr_nodes - 1;

	if (from > last || to > last) {
		error_set(err, "there is no node %u: nodes are 0 to %u", from > last ? from : to,
			  last);
		return where_error(err, where);
	}
	if (topology_check_distance(from, to, value, err))
		return where_error(err, where);
	*topology_distance(t, from, to) = value;
	return 0;
}

/* A pair of the flags', both ways; @given has those before it. */
static int set_pair(struct topology *t, const struct settings_distance *p, bool *given,
		    struct error *err)
{
	size_t there = (size_t)p->a * t->nr_nodes + p->b, back = (size_t)p->b * t->nr_nodes + p->a;

	if (set_distance(t, p->a, p->b, p->value, &p->where, err) ||
	    set_distance(t, p->b, p->a, p->value, &p->where, err))
		return -1;
	if (given[there]) {
		error_set(err, "distance of node %u to node %u is given twice", p->a, p->b);
		return where_error(err, &p->where);
	}
	given[there] = given[back] = true;
	return 0;
}

static int set_pairs(struct settings *s, struct topology *t, struct error *err)
{
	bool *given = xcalloc((size_t)t->nr_nodes * t->nr_nodes, sizeof(*given));
	int ret = 0;

	for (unsigned int i = 0; !ret && i < s->nr_pairs; i++)
		ret = set_pair(t, &s->pairs[i], given, err);
	free(given);
	return ret;
}

static int set_distances(struct settings *s, struct topology *t, struct error *err)
{
	unsigned int n = t->nr_nodes;

	if (s->nr_distances && s->nr_distances != n * n) {
		error_set(err, "distances has %u numbers: %u nodes need %u, %u per row",
			  s->nr_distances, n, n * n, n);
		return where_error(err, settings_where(s, NULL, "distances"));
	}
	for (unsigned int i = 0; i < s->nr_distances; i++) {
		const struct settings_distance *e = &s->distances[i];

		if (set_distance(t, i / n, i % n, e->value, &e->where, err))
			return -1;
	}
	return set_pairs(s, t, err);
}

/* A mistake in a combination is told at the place of the first key that is given. */
static int refuse_both(struct settings *s, struct settings_node *node, const char *first,
		       const char *second, struct error *err)
{
	const struct where *where = settings_where(s, node, first);

	return where_error(err, where->name ? where : settings_where(s, node, second));
}

/* Sets @node to the keys of @from, which takes those of all nodes that it has not. */
static void take_keys(struct settings *s, struct settings_node *from, struct topology_node *node)
{
	enum placement_policy policy = from->node.placement.policy;
	bool nowhere = settings_where(s, from, "policy")->name &&
		       (policy == PLACEMENT_DEFAULT || policy == PLACEMENT_LOCAL);

	for (const struct key *key = keys; key->name; key++) {
		struct slot own = settings_slot(s, from, key);

		if (!(key->in & KEY_IN_NODE))
			continue;
		/* A policy of its own that needs no host nodes does not want the machine's. */
		if (!own.where->name && !(nowhere && key->check == placement_check_host))
			slot_copy(own, settings_slot(s, NULL, key));
		if (own.where->name)
			key_copy(key, node, own.fields);
	}
}

/* Node @i with its keys, and what follows from them for those that are not given. */
static int make_node(struct settings *s, unsigned int i, struct topology *t, struct error *err)
{
	struct settings_node *from = &s->nodes[i];
	struct placement *p = &t->nodes[i].placement;

	take_keys(s, from, &t->nodes[i]);
	if (topology_check_node(t, i, err))
		return where_error(err, &from->declared);
	if (p->host && !settings_where(s, from, "policy")->name)
		p->policy = PLACEMENT_BIND;
	if (!settings_where(s, from, "populate")->name)
		p->populate = p->host || p->policy == PLACEMENT_LOCAL ||
			      (p->pages != PLACEMENT_THP && p->pages != PLACEMENT_4K);
	p->choose = s->performance && !p->host && !settings_where(s, from, "policy")->name;
	if (placement_check(p, err))
		return refuse_both(s, from, "policy", "host", err);
	if (placement_check_pages(p, err))
		return refuse_both(s, from, "populate", "pages", err);
	return 0;
}

static int make_topology(struct settings *s, struct topology *t, struct error *err)
{
	if (check_conflicts(s, err) ||
	    (s->nr_nodes ? make_nodes(s, t, err) : make_uniform(s, t, err)))
		return -1;
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (make_node(s, i, t, err))
			return -1;
	if (layout_check_memory(t, err))
		return refuse_memory(s, &s->nodes[0], err);
	t->cores = s->cores ? s->cores : t->cores;
	t->threads = s->threads ? s->threads : t->threads;
	t->packages = s->packages;
	if (set_distances(s, t, err))
		return -1;
	if (topology_check_packages(t, err))
		return where_error(err, settings_where(s, NULL, "packages"));
	if (topology_finish(t, err))
		return where_error(err, &s->nodes[0].declared);
	return 0;
}

int settings_topology(struct settings *settings, struct topology *t, struct error *err)
{
	*t = (struct topology){ 0 };
	if (!make_topology(settings, t, err))
		return 0;
	topology_free(t);
	return -1;
}

int settings_layout(struct settings *s, const struct topology *t, const struct layout_space *space,
		    struct layout *layout, struct error *err)
{
	if (layout_build(t, space, layout, err))
		return refuse_memory(s, &s->nodes[s->nr_nodes - 1], err);
	/* Huge pages that are declared are the declaration's mistake on any host. */
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		const struct page_kind *pages = &page_kinds[t->nodes[i].placement.pages];

		if (!layout_check_pages(layout, i, pages->size, err))
			continue;
		layout_free(layout);
		error_prefix(err, "node %u: ", i);
		return where_error(err, settings_where(s, &s->nodes[i], "pages"));
	}
	return 0;
}

void settings_free(struct settings *s)
{
	for (const struct key *key = keys; key->name; key++) {
		slot_clear(settings_slot(s, NULL, key));
		for (unsigned int i = 0; key->in & KEY_IN_NODE && i < s->nr_nodes; i++)
			slot_clear(settings_slot(s, &s->nodes[i], key));
	}
	free(s->nodes);
	free(s->distances);
	free(s->pairs);
	*s = (struct settings){ 0 };
}
