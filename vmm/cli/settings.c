// SPDX-License-Identifier: MIT
#include "vmm/cli/settings.h"

#include <stdlib.h>
#include <string.h>

#include "mem/layout.h"
#include "mem/page_kind.h"
#include "mem/verify.h"
#include "mem/xalloc.h"

#define DEFAULT_TOPOLOGY "1n1l1c1t"
#define DEFAULT_MEMORY (1ULL << 30)

const char *const settings_key_names[SETTINGS_NR_KEYS] = {
	[KEY_HOST] = "host",	 [KEY_POLICY] = "policy",     [KEY_PAGES] = "pages",
	[KEY_SHARED] = "shared", [KEY_POPULATE] = "populate", [KEY_STRICT] = "strict",
	[KEY_PIN] = "pin",
};

enum settings_key settings_find_key(const char *name)
{
	enum settings_key key = 0;

	while (key < SETTINGS_NR_KEYS && strcmp(name, settings_key_names[key]))
		key++;
	return key;
}

int settings_error_at(struct error *err, const struct where *where)
{
	if (!where->name)
		return -1;
	if (where->line)
		return error_prefix(err, "%s:%d: ", where->name, where->line);
	return error_prefix(err, "%s: ", where->name);
}

void settings_set_text(struct setting_text *setting, const char *text, struct where where)
{
	char *copy = xstrdup(text);

	free(setting->text);
	setting->text = copy;
	setting->where = where;
}

struct settings_node *settings_add_node(struct settings *settings, struct where where)
{
	struct settings_node *node;

	settings->nodes = xrealloc(settings->nodes, settings->nr_nodes + 1, sizeof(*node));
	node = &settings->nodes[settings->nr_nodes++];
	*node = (struct settings_node){ .where = where };
	return node;
}

static void free_keys(struct setting_text keys[SETTINGS_NR_KEYS])
{
	for (int key = 0; key < SETTINGS_NR_KEYS; key++)
		free(keys[key].text);
}

static void free_nodes(struct settings *settings)
{
	for (unsigned int i = 0; i < settings->nr_nodes; i++)
		free_keys(settings->nodes[i].keys);
	free(settings->nodes);
	settings->nodes = NULL;
	settings->nr_nodes = 0;
}

static void free_distances(struct settings *settings)
{
	free(settings->distances);
	free(settings->pairs);
	settings->distances = NULL;
	settings->pairs = NULL;
	settings->nr_distances = settings->nr_pairs = 0;
}

static void move_text(struct setting_text *to, struct setting_text *from)
{
	if (!from->where.name)
		return;
	free(to->text);
	*to = *from;
	*from = (struct setting_text){ 0 };
}

static void move_number(struct setting_number *to, const struct setting_number *from)
{
	if (from->where.name)
		*to = *from;
}

/* The file's nodes, CPUs and distances go; its memory too when the flags bring their own nodes. */
static void drop_machine(struct settings *file, const struct settings *flags)
{
	free_nodes(file);
	free_distances(file);
	free(file->topology.text);
	file->topology = (struct setting_text){ 0 };
	file->cores = file->threads = file->packages = (struct setting_number){ 0 };
	if (flags->nr_nodes)
		file->memory = (struct setting_number){ 0 };
}

/* A flag beats the nodes' own keys too. */
static void move_keys(struct settings *to, struct settings *from)
{
	for (int key = 0; key < SETTINGS_NR_KEYS; key++) {
		if (!from->keys[key].where.name)
			continue;
		move_text(&to->keys[key], &from->keys[key]);
		for (unsigned int i = 0; i < to->nr_nodes; i++) {
			free(to->nodes[i].keys[key].text);
			to->nodes[i].keys[key] = (struct setting_text){ 0 };
		}
	}
}

static void move_arrays(struct settings *to, struct settings *from)
{
	if (from->nr_nodes) {
		to->nodes = from->nodes;
		to->nr_nodes = from->nr_nodes;
		from->nodes = NULL;
		from->nr_nodes = 0;
	}
	free(to->pairs);
	to->pairs = from->pairs;
	to->nr_pairs = from->nr_pairs;
	from->pairs = NULL;
	from->nr_pairs = 0;
}

void settings_override(struct settings *file, struct settings *flags)
{
	if (flags->nr_nodes || flags->topology.where.name)
		drop_machine(file, flags);
	move_text(&file->kernel, &flags->kernel);
	move_text(&file->initrd, &flags->initrd);
	move_text(&file->cmdline, &flags->cmdline);
	move_text(&file->append, &flags->append);
	move_text(&file->topology, &flags->topology);
	move_number(&file->memory, &flags->memory);
	move_number(&file->cores, &flags->cores);
	move_number(&file->threads, &flags->threads);
	move_number(&file->packages, &flags->packages);
	move_text(&file->verify, &flags->verify);
	move_number(&file->realtime, &flags->realtime);
	move_keys(file, flags);
	move_arrays(file, flags);
	settings_free(flags);
}

/* topology and cores, threads or nodes would say the same thing twice. */
static int check_conflicts(const struct settings *s, struct error *err)
{
	const struct where *other = s->nr_nodes		  ? &s->nodes[0].where
				    : s->cores.where.name ? &s->cores.where
							  : &s->threads.where;

	if (!s->topology.where.name || !other->name)
		return 0;
	error_set(err,
		  "topology says the nodes, cores and threads already: give either it or these");
	return settings_error_at(err, other);
}

static int make_uniform(const struct settings *s, struct topology *t, struct error *err)
{
	const char *text = s->topology.where.name ? s->topology.text : DEFAULT_TOPOLOGY;
	uint64_t memory = s->memory.where.name ? s->memory.value : DEFAULT_MEMORY;
	struct topology_shape shape;

	if (topology_parse_shape(text, &shape, err))
		return settings_error_at(err, &s->topology.where);
	if (topology_uniform(t, &shape, memory, err))
		return settings_error_at(err, s->memory.where.name ? &s->memory.where
								   : &s->topology.where);
	return 0;
}

static int make_nodes(const struct settings *s, struct topology *t, struct error *err)
{
	if (s->nr_nodes > TOPOLOGY_MAX_NODES) {
		error_set(err, "more nodes than the %d that Linux takes", TOPOLOGY_MAX_NODES);
		return settings_error_at(err, &s->nodes[TOPOLOGY_MAX_NODES].where);
	}
	topology_init(t, s->nr_nodes);
	t->memory = s->memory.value;
	for (unsigned int i = 0; i < s->nr_nodes; i++) {
		t->nodes[i].size = s->nodes[i].memory.value;
		t->nodes[i].llcs = s->nodes[i].llcs.value;
		if (topology_check_node(t, i, err))
			return settings_error_at(err, &s->nodes[i].where);
	}
	if (layout_check_memory(t, err))
		return settings_error_at(err, s->memory.where.name ? &s->memory.where
								   : &s->nodes[0].where);
	return 0;
}

static int set_distance(struct topology *t, unsigned int from, unsigned int to, long value,
			const struct where *where, struct error *err)
{
	if (topology_check_distance(from, to, value, err))
		return settings_error_at(err, where);
	*topology_distance(t, from, to) = value;
	return 0;
}

static int set_matrix(const struct settings *s, struct topology *t, struct error *err)
{
	unsigned int n = t->nr_nodes;

	if (!s->nr_distances)
		return 0;
	if (s->nr_distances != n * n) {
		error_set(err, "distances has %u numbers: %u nodes need %u, %u a row",
			  s->nr_distances, n, n * n, n);
		return settings_error_at(err, &s->distances_where);
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
			return settings_error_at(err, &p->where);
		}
		if (set_distance(t, p->a, p->b, p->value, &p->where, err) ||
		    set_distance(t, p->b, p->a, p->value, &p->where, err))
			return -1;
	}
	return 0;
}

static int make_topology(const struct settings *s, struct topology *t, struct error *err)
{
	enum verify_mode ignored;

	if (s->verify.text && verify_parse_mode(s->verify.text, &ignored, err)) {
		error_prefix(err, "verify = ");
		return settings_error_at(err, &s->verify.where);
	}
	if (check_conflicts(s, err))
		return -1;
	if (s->nr_nodes ? make_nodes(s, t, err) : make_uniform(s, t, err))
		return -1;
	if (s->cores.where.name)
		t->cores = s->cores.value;
	if (s->threads.where.name)
		t->threads = s->threads.value;
	t->packages = s->packages.value;
	if (set_matrix(s, t, err) || set_pairs(s, t, err) || settings_place(s, t, err))
		return -1;
	if (topology_finish(t, err))
		return settings_error_at(err, s->packages.where.name ? &s->packages.where
					      : s->nr_nodes	     ? &s->nodes[0].where
								     : &s->topology.where);
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

/* What says how much memory there is. */
static const struct where *memory_where(const struct settings *s)
{
	if (s->memory.where.name)
		return &s->memory.where;
	return s->nr_nodes ? &s->nodes[s->nr_nodes - 1].where : &s->topology.where;
}

/* Huge pages that are declared are the declaration's mistake on any host. */
static int check_pages(const struct settings *s, const struct topology *t,
		       const struct layout *layout, struct error *err)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		const struct setting_text *own = s->nr_nodes ? &s->nodes[i].keys[KEY_PAGES] : NULL;
		uint64_t page_size = page_kinds[t->nodes[i].placement.pages].size;

		if (!layout_check_pages(layout, i, page_size, err))
			continue;
		error_prefix(err, "node %u: ", i);
		return settings_error_at(err, own && own->text ? &own->where
							       : &s->keys[KEY_PAGES].where);
	}
	return 0;
}

int settings_layout(const struct settings *settings, const struct topology *t,
		    const struct layout_space *space, struct layout *layout, struct error *err)
{
	if (layout_build(t, space, layout, err))
		return settings_error_at(err, memory_where(settings));
	if (!check_pages(settings, t, layout, err))
		return 0;
	layout_free(layout);
	return -1;
}

void settings_free(struct settings *settings)
{
	free_nodes(settings);
	free_distances(settings);
	free(settings->kernel.text);
	free(settings->initrd.text);
	free(settings->cmdline.text);
	free(settings->append.text);
	free(settings->topology.text);
	free(settings->verify.text);
	free_keys(settings->keys);
	*settings = (struct settings){ 0 };
}
