// SPDX-License-Identifier: MIT
#include "vmm/cli/settings.h"

#include <stdlib.h>

#include "mem/xalloc.h"

struct settings_node *settings_add_node(struct settings *settings, struct where where)
{
	struct settings_node *node;

	settings->nodes = xrealloc(settings->nodes, settings->nr_nodes + 1, sizeof(*node));
	node = &settings->nodes[settings->nr_nodes++];
	*node = (struct settings_node){ .declared = where };
	return node;
}

void settings_add_distance(struct settings *s, long value, struct where where)
{
	s->distances = xrealloc(s->distances, s->nr_distances + 1, sizeof(*s->distances));
	s->distances[s->nr_distances++] = (struct settings_entry){ value, where };
	s->distances_where = where;
}

struct slot settings_slot(struct settings *s, struct settings_node *node, const struct key *key)
{
	node = node ? node : &s->all;
	if (key->in & KEY_IN_NODE)
		return (struct slot){ key, &node->node, &node->where[key - keys] };
	return (struct slot){ key, s, &s->where[key - keys] };
}

const struct where *settings_where(const struct settings *settings, const void *field)
{
	return &settings->where[key_at(settings, field, false) - keys];
}

static void free_nodes(struct settings *s)
{
	for (unsigned int i = 0; i < s->nr_nodes; i++)
		for (const struct key *key = keys; key->name; key++)
			if (key->in & KEY_IN_NODE)
				slot_clear(settings_slot(s, &s->nodes[i], key));
	free(s->nodes);
}

static void merge_key(struct settings *flags, struct settings *file, const struct key *key)
{
	struct slot to = settings_slot(flags, NULL, key), from = settings_slot(file, NULL, key);

	if (to.where->name) {
		/* A flag beats the nodes' own keys too. */
		for (unsigned int i = 0; key->in & KEY_IN_NODE && i < file->nr_nodes; i++)
			slot_clear(settings_slot(file, &file->nodes[i], key));
	} else if (from.where->name) {
		key_copy(key, to.fields, from.fields);
		*to.where = *from.where;
	}
}

static void take_nodes(struct settings *flags, struct settings *file)
{
	flags->nodes = file->nodes;
	flags->nr_nodes = file->nr_nodes;
	flags->distances = file->distances;
	flags->nr_distances = file->nr_distances;
	flags->distances_where = file->distances_where;
	file->nodes = NULL;
	file->nr_nodes = 0;
	file->distances = NULL;
}

void settings_merge(struct settings *flags, struct settings *file)
{
	const struct key *memory = key_at(flags, &flags->memory, false);
	bool nodes = flags->nr_nodes, shape = nodes || flags->topology;

	for (const struct key *key = keys; key->name; key++)
		if (!(shape && key->shape) && !(nodes && key == memory))
			merge_key(flags, file, key);
	if (!shape)
		take_nodes(flags, file);
	settings_free(file);
}

void settings_free(struct settings *s)
{
	for (const struct key *key = keys; key->name; key++)
		slot_clear(settings_slot(s, NULL, key));
	free_nodes(s);
	free(s->distances);
	free(s->pairs);
	*s = (struct settings){ 0 };
}
