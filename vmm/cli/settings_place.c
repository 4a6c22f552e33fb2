// SPDX-License-Identifier: MIT
/* The placement keys, a node's own before the machine's, made into each node's placement. */
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"
#include "mem/xalloc.h"
#include "vmm/cli/settings.h"

static int parse_yes_no(enum settings_key key, const char *text, bool *value, struct error *err)
{
	bool yes = !strcmp(text, "yes");

	if (!yes && strcmp(text, "no"))
		return error_set(err, "%s = \"%s\": must be yes or no", settings_key_names[key],
				 text);
	*value = yes;
	return 0;
}

static int parse_pin(const char *text, struct placement *placement, struct error *err)
{
	if (!strcmp(text, "node"))
		placement->pin = PLACEMENT_PIN_NODE;
	else if (!strcmp(text, "core"))
		placement->pin = PLACEMENT_PIN_CORE;
	else if (!strcmp(text, "none"))
		placement->pin = PLACEMENT_PIN_NONE;
	else if (host_list_is_sound(text)) {
		placement->pin = PLACEMENT_PIN_LIST;
		placement->cpus = xstrdup(text);
	} else
		return error_set(
			err,
			"pin = \"%s\": must be node, core, none or a list of CPUs, as in 0-3,8",
			text);
	return 0;
}

static int parse_host(const char *text, struct placement *placement, struct error *err)
{
	if (placement_check_host(text, err))
		return -1;
	placement->host = xstrdup(text);
	return 0;
}

static int take_key(enum settings_key key, const char *text, struct placement *placement,
		    struct error *err)
{
	switch (key) {
	case KEY_HOST:
		return parse_host(text, placement, err);
	case KEY_POLICY:
		return placement_parse_policy(text, &placement->policy, err);
	case KEY_PAGES:
		return placement_parse_pages(text, &placement->pages, err);
	case KEY_SHARED:
		return parse_yes_no(key, text, &placement->shared, err);
	case KEY_POPULATE:
		return parse_yes_no(key, text, &placement->populate, err);
	case KEY_STRICT:
		return parse_yes_no(key, text, &placement->strict, err);
	default:
		return parse_pin(text, placement, err);
	}
}

/* A node whose own policy needs no host nodes does not want the machine's. */
static void drop_machine_host(const struct settings_node *node, struct placement *placement)
{
	bool none = placement->policy == PLACEMENT_DEFAULT || placement->policy == PLACEMENT_LOCAL;

	if (!node || !node->keys[KEY_POLICY].text || node->keys[KEY_HOST].text || !none)
		return;
	free(placement->host);
	placement->host = NULL;
}

/* What follows from the keys that are given for those that are not. */
static void fill_in(struct placement *placement,
		    const struct setting_text *const keys[SETTINGS_NR_KEYS])
{
	bool huge = placement->pages == PLACEMENT_2M || placement->pages == PLACEMENT_1G ||
		    placement->pages == PLACEMENT_AUTO;

	if (placement->host && !keys[KEY_POLICY]->text)
		placement->policy = PLACEMENT_BIND;
	if (!keys[KEY_POPULATE]->text)
		placement->populate =
			placement->host || huge || placement->policy == PLACEMENT_LOCAL;
}

/* A mistake in a combination is told at the place of the first key that is given. */
static int refuse_both(const struct setting_text *first, const struct setting_text *second,
		       struct error *err)
{
	return settings_error_at(err, first->text ? &first->where : &second->where);
}

/* @node is NULL for a node of a uniform machine. */
static int make_placement(const struct settings *s, const struct settings_node *node,
			  struct placement *placement, struct error *err)
{
	const struct setting_text *keys[SETTINGS_NR_KEYS];

	for (int key = 0; key < SETTINGS_NR_KEYS; key++) {
		bool own = node && node->keys[key].text;

		keys[key] = own ? &node->keys[key] : &s->keys[key];
		if (keys[key]->text && take_key(key, keys[key]->text, placement, err))
			return settings_error_at(err, &keys[key]->where);
	}
	drop_machine_host(node, placement);
	fill_in(placement, keys);
	if (placement_check(placement, err))
		return refuse_both(keys[KEY_POLICY], keys[KEY_HOST], err);
	if (placement_check_pages(placement, err))
		return refuse_both(keys[KEY_POPULATE], keys[KEY_PAGES], err);
	return 0;
}

int settings_place(const struct settings *s, struct topology *t, struct error *err)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (make_placement(s, s->nr_nodes ? &s->nodes[i] : NULL, &t->nodes[i].placement,
				   err))
			return -1;
	return 0;
}
