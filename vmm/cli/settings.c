// SPDX-License-Identifier: MIT
#include "vmm/cli/settings.h"

#include <stdlib.h>

#include "mem/xalloc.h"

struct settings_node *settings_add_node(struct settings *s, struct where where)
{
	struct settings_node node = { .number = s->nr_nodes, .declared = where };

	s->nodes = xrealloc(s->nodes, s->nr_nodes + 1, sizeof(node));
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
