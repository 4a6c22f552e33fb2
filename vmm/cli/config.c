// SPDX-License-Identifier: MIT
#include "vmm/cli/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/size.h"
#include "mem/xalloc.h"
#include "vmm/cli/config_text.h"
#include "vmm/guest/file.h"

#define MAX_FILE (8 << 20)

struct config {
	const char *path;
	struct config_text text;
	struct settings *settings;
	struct error *err;
	bool refused;
	int last; /* the line of the last value */
};

static int refuse(struct config *c, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The first mistake counts. */
static int refuse(struct config *c, int line, const char *fmt, ...)
{
	va_list ap;

	if (c->refused)
		return -1;
	va_start(ap, fmt);
	vsnprintf(c->err->text, sizeof(c->err->text), fmt, ap);
	va_end(ap);
	c->refused = true;
	return where_error(c->err, &(struct where){ c->path, line });
}

static struct where here(const struct config *c)
{
	return (struct where){ c->path, c->text.line };
}

static int next(struct config *c)
{
	struct error err;
	int found = config_text_next(&c->text, &err);

	if (found == CONFIG_MISTAKE)
		refuse(c, c->text.line, "%s", err.text);
	return found;
}

/* @found is where a key should begin, or the end of what @opened on its line (0: nothing). */
static int refuse_sign(struct config *c, int found, int opened)
{
	int line = c->text.line;

	if (found == CONFIG_END)
		return refuse(c, opened, "\"{\" is never closed: add \"}\"");
	if (found == '}')
		return refuse(c, line, "\"}\" closes nothing: take it away");
	if (found == '=')
		return refuse(c, line,
			      "unexpected \"=\": a value with blanks or \"=\" is in quotes");
	if (found == ',')
		return refuse(c, line, "unexpected \",\": a value with commas is in quotes");
	return refuse(c, line, "unexpected \"%c%s\": write KEY = VALUE or node N { ... }", found,
		      found == CONFIG_APPEND ? "=" : "");
}

static int read_distance(struct config *c)
{
	struct error err;
	uint64_t value;

	if (size_parse_count(c->text.word, 0, INT32_MAX, &value, &err))
		return refuse(c, c->text.line,
			      "distances: \"%.64s\": must be whole numbers from 10 to 255",
			      c->text.word);
	settings_add_distance(c->settings, value, here(c));
	return 0;
}

/* What comes after "{" on line @opened: N, N, ... }; a comma may follow the last one too. */
static int read_list(struct config *c, int opened)
{
	int found = next(c);

	while (found == CONFIG_WORD) {
		if (read_distance(c))
			return -1;
		found = next(c);
		if (found == ',')
			found = next(c);
		else if (found == CONFIG_WORD)
			return refuse(c, c->text.line,
				      "distances: \"%.64s\" has no comma before it", c->text.word);
	}
	if (found == CONFIG_END)
		return refuse_sign(c, found, opened);
	if (found != '}')
		return refuse(c, c->text.line, "unexpected \"%c\": write distances = { N, ... }",
			      found);
	if (!c->settings->nr_distances)
		return refuse(c, opened, "distances is empty: give a matrix, row by row");
	return 0;
}

/* What comes after the name of @key; @node is NULL outside of nodes. */
static int read_key(struct config *c, const struct key *key, struct settings_node *node)
{
	bool matrix = key->type == KEY_MATRIX;
	struct slot slot = settings_slot(c->settings, node, key);
	const struct where *first = matrix ? &c->settings->distances_where : slot.where;
	int line = c->text.line, found;

	if (first->name)
		return refuse(c, line, "%s is given twice, first on line %d", key->name,
			      first->line);
	found = next(c);
	if (found != '=' && !(matrix && found == CONFIG_APPEND))
		return refuse(c, line, "%s has no \"=\": write %s = %s", key->name, key->name,
			      key->value);
	found = next(c);
	if (matrix && found == '{')
		return read_list(c, c->text.line);
	if (found != CONFIG_WORD)
		return refuse(c, line, "%s has no value: write %s = %s", key->name, key->name,
			      key->value);
	c->last = c->text.line;
	if (matrix)
		return read_distance(c);
	return slot_read(slot, c->text.word, here(c), c->err);
}

/* A word that is no key here may be the second one of a value, or what follows an open node. */
static int refuse_key(struct config *c, unsigned int in)
{
	bool after_node = in == KEY_IN_NODE && key_find(c->text.word, KEY_IN_FILE);
	char *list = key_list(in);

	refuse(c, c->text.line, "no key \"%.64s\"%s: use %s", c->text.word,
	       after_node		 ? " of a node, which \"}\" ends"
	       : c->text.line == c->last ? " (a value with blanks is in quotes)"
					 : "",
	       list);
	free(list);
	return -1;
}

static struct settings_node *start_node(struct config *c)
{
	struct settings *s = c->settings;
	struct settings_node *node;
	struct error err;
	uint64_t number;

	if (size_parse_count(c->text.word, 0, TOPOLOGY_MAX_NODES - 1, &number, &err)) {
		refuse(c, c->text.line, "node %s", err.text);
		return NULL;
	}
	for (unsigned int i = 0; i < s->nr_nodes; i++)
		if (s->nodes[i].number == number) {
			refuse(c, c->text.line, "node %u is given twice, first on line %d",
			       s->nodes[i].number, s->nodes[i].declared.line);
			return NULL;
		}
	node = settings_add_node(s, here(c));
	node->number = number;
	return node;
}

static int read_keys(struct config *c, struct settings_node *node, int opened);

/* What comes after "node": N { ... } */
static int read_node(struct config *c)
{
	struct settings_node *node;
	int line = c->text.line;

	if (next(c) != CONFIG_WORD)
		return refuse(c, line, "node has no number: write node 0 { ... }");
	node = start_node(c);
	if (!node)
		return -1;
	if (next(c) != '{')
		return refuse(c, node->declared.line, "node %u has no \"{\": write node %u { ... }",
			      node->number, node->number);
	return read_keys(c, node, c->text.line);
}

/* The keys of @node, which was opened on line @opened, or without one of the file. */
static int read_keys(struct config *c, struct settings_node *node, int opened)
{
	unsigned int in = node ? KEY_IN_NODE : KEY_IN_FILE;
	int found;

	while ((found = next(c)) == CONFIG_WORD) {
		const struct key *key = key_find(c->text.word, in);

		if (!key)
			return refuse_key(c, in);
		if (key->type == KEY_NODE ? read_node(c) : read_key(c, key, node))
			return -1;
	}
	return found == (node ? '}' : CONFIG_END) ? 0 : refuse_sign(c, found, opened);
}

static int compare_nodes(const void *a, const void *b)
{
	const struct settings_node *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Nodes may come in any order, but no number may be missing. */
static int order_nodes(struct settings *s, struct error *err)
{
	if (s->nr_nodes)
		qsort(s->nodes, s->nr_nodes, sizeof(*s->nodes), compare_nodes);
	for (unsigned int i = 0; i < s->nr_nodes; i++)
		if (s->nodes[i].number != i) {
			error_set(err,
				  "node %u is here, but there is no node %u: nodes are numbered "
				  "from 0 without a gap",
				  s->nodes[i].number, i);
			return where_error(err, &s->nodes[i].declared);
		}
	return 0;
}

int config_parse(const char *path, const char *text, struct settings *settings, struct error *err)
{
	struct config c = { .path = path, .settings = settings, .err = err };
	int ret;

	*settings = (struct settings){ 0 };
	config_text_start(&c.text, text);
	ret = read_keys(&c, NULL, 0);
	config_text_free(&c.text);
	if (ret || order_nodes(settings, err)) {
		settings_free(settings);
		return -1;
	}
	return 0;
}

/* All of @file, which is to be text. Returns NULL where it is none. */
static char *read_text(const struct file *file, struct error *err)
{
	char *text = xcalloc(file->size + 1, 1);
	size_t line = 1;

	if (file_read(file, 0, text, file->size, err)) {
		error_prefix(err, "config %s: ", file->name);
	} else if (strlen(text) < file->size) {
		for (const char *at = text; *at; at++)
			line += *at == '\n';
		error_set(err, "%s:%zu: a zero byte: this is no text file", file->name, line);
	} else {
		return text;
	}
	free(text);
	return NULL;
}

int config_read(const char *path, struct settings *settings, struct error *err)
{
	char *text = NULL;
	struct error why;
	struct file file;
	int ret = -1;

	*settings = (struct settings){ 0 };
	if (file_open(&file, path, &why))
		return error_set(err, "config %s: give a file as numavm.conf(5) describes",
				 why.text);
	if (file.size > MAX_FILE)
		error_set(err, "config %s: %llu MiB: a config file has at most %d MiB", path,
			  (unsigned long long)file.size >> 20, MAX_FILE >> 20);
	else
		text = read_text(&file, err);
	if (text)
		ret = config_parse(path, text, settings, err);
	free(text);
	file_close(&file);
	return ret;
}
