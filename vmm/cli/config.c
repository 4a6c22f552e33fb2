// SPDX-License-Identifier: MIT
#include "vmm/cli/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/size.h"
#include "mem/xalloc.h"
#include "vmm/cli/config_text.h"

#define MAX_FILE (8 << 20)
#define CURE "give a file as numavm.conf(5) describes"

struct config {
	struct config_text text;
	struct settings *settings;
	int last; /* the line of the last value */
};

/* The first mistake counts, which may be one that config_text.c found. */
static int __attribute__((format(printf, 3, 4)))
refuse(struct config *c, int line, const char *fmt, ...)
{
	va_list ap;

	if (c->text.err->text[0])
		return -1;
	va_start(ap, fmt);
	error_vset(c->text.err, fmt, ap);
	va_end(ap);
	return where_error(c->text.err, &(struct where){ c->text.where.name, line });
}

/* @found is where @cure should be, or the end of what was opened on line @opened. */
static int refuse_sign(struct config *c, int found, int opened, const char *cure)
{
	if (found == CONFIG_END)
		return refuse(c, opened, "\"{\" is never closed: add \"}\"");
	if (found == '}')
		return refuse(c, c->text.where.line, "\"}\" closes nothing: take it away");
	return refuse(c, c->text.where.line, "unexpected \"%c\": write %s", found, cure);
}

/* What comes after "{": N, N, ... }; a comma may follow the last one too. */
static int read_matrix(struct config *c)
{
	int opened = c->text.where.line, found = ',';
	struct settings *s = c->settings;
	struct error err;
	uint64_t value;

	while (found == ',' && (found = config_text_next(&c->text)) == CONFIG_WORD) {
		if (size_parse_count(c->text.word, 0, INT32_MAX, &value, &err))
			return refuse(c, c->text.where.line,
				      "distances: \"%.64s\": must be whole numbers from 10 to 255",
				      c->text.word);
		s->distances = xrealloc(s->distances, s->nr_distances + 1, sizeof(*s->distances));
		s->distances[s->nr_distances++] =
			(struct settings_distance){ .value = value, .where = c->text.where };
		found = config_text_next(&c->text);
	}
	if (found == CONFIG_WORD)
		return refuse(c, c->text.where.line, "distances: \"%.64s\" has no comma before it",
			      c->text.word);
	if (found != '}')
		return refuse_sign(c, found, opened, "distances = { N, ... }");
	if (!s->nr_distances)
		return refuse(c, opened, "distances is empty: give a matrix, row by row");
	return 0;
}

/* What comes after the name of @key; @node is NULL outside of nodes. */
static int read_key(struct config *c, const struct key *key, struct settings_node *node)
{
	struct slot slot = settings_slot(c->settings, node, key);
	int line = c->text.where.line;
	const char *lacks = "\"=\"";

	if (slot.where->name)
		return refuse(c, line, "%s is given twice, first on line %d", key->name,
			      slot.where->line);
	if (config_text_next(&c->text) == '=') {
		lacks = "value";
		if (config_text_next(&c->text) == (key->type == KEY_MATRIX ? '{' : CONFIG_WORD))
			lacks = NULL;
	}
	if (lacks)
		return refuse(c, line, "%s has no %s: write %s = %s", key->name, lacks, key->name,
			      key->value);
	c->last = c->text.where.line;
	if (key->type != KEY_MATRIX)
		return slot_read(slot, c->text.word, c->text.where, c->text.err);
	*slot.where = c->text.where;
	return read_matrix(c);
}

/* A word that is no key here may be the second one of a value, or what follows an open node. */
static int refuse_key(struct config *c, unsigned int in)
{
	char *list = key_list(in);
	const char *why = "";

	if (in == KEY_IN_NODE && key_find(c->text.word, KEY_IN_FILE))
		why = " of a node, which \"}\" ends";
	else if (c->text.where.line == c->last)
		why = " (a value with blanks is in quotes)";
	refuse(c, c->text.where.line, "no key \"%.64s\"%s: use %s", c->text.word, why, list);
	free(list);
	return -1;
}

static int read_keys(struct config *c, struct settings_node *node);

/* What comes after "node": N { ... } */
static int read_node(struct config *c)
{
	struct settings_node *node;
	struct error err;
	uint64_t number;

	if (config_text_next(&c->text) != CONFIG_WORD)
		return refuse(c, c->text.where.line, "node has no number: write node 0 { ... }");
	if (size_parse_count(c->text.word, 0, TOPOLOGY_MAX_NODES - 1, &number, &err))
		return refuse(c, c->text.where.line, "node %s", err.text);
	node = settings_add_node(c->settings, c->text.where);
	node->number = number;
	if (config_text_next(&c->text) != '{')
		return refuse(c, node->declared.line, "node %u has no \"{\": write node %u { ... }",
			      node->number, node->number);
	return read_keys(c, node);
}

/* The keys of @node, which has just been opened, or without one of the file. */
static int read_keys(struct config *c, struct settings_node *node)
{
	unsigned int in = node ? KEY_IN_NODE : KEY_IN_FILE;
	int opened = c->text.where.line, found;

	while ((found = config_text_next(&c->text)) == CONFIG_WORD) {
		const struct key *key = key_find(c->text.word, in);

		if (!key)
			return refuse_key(c, in);
		if (key->type == KEY_NODE ? read_node(c) : read_key(c, key, node))
			return -1;
	}
	if (found == (node ? '}' : CONFIG_END))
		return 0;
	return refuse_sign(c, found, opened,
			   "KEY = VALUE or node N { ... }; a value with such a sign is in quotes");
}

static int compare_nodes(const void *a, const void *b)
{
	const struct settings_node *x = a, *y = b;
	int order = (int)x->number - (int)y->number;

	return order ? order : x->declared.line - y->declared.line;
}

/* Nodes may come in any order, but no number may be missing. */
static int order_nodes(struct settings *s, struct error *err)
{
	if (s->nr_nodes)
		qsort(s->nodes, s->nr_nodes, sizeof(*s->nodes), compare_nodes);
	for (unsigned int i = 0; i < s->nr_nodes; i++) {
		struct settings_node *node = &s->nodes[i];

		if (node->number == i)
			continue;
		if (node->number < i)
			error_set(err, "node %u is given twice, first on line %d", node->number,
				  node[-1].declared.line);
		else
			error_set(err,
				  "node %u is here, but there is no node %u: nodes are numbered "
				  "from 0 without a gap",
				  node->number, i);
		return where_error(err, &node->declared);
	}
	return 0;
}

int config_parse(const char *path, const char *text, struct settings *settings, struct error *err)
{
	struct config c = { .settings = settings };
	int ret;

	*settings = (struct settings){ 0 };
	*err = (struct error){ 0 };
	config_text_start(&c.text, path, text, err);
	ret = read_keys(&c, NULL) || order_nodes(settings, err);
	config_text_free(&c.text);
	if (ret)
		settings_free(settings);
	return -ret;
}

/* Parses the @size bytes of @text, which a 0 follows, into @settings, if they are text. */
static int parse_bytes(const char *name, const char *text, size_t size, struct settings *settings,
		       struct error *err)
{
	size_t line = 1;

	if (!size)
		return error_set(err, "config %s: empty: %s", name, CURE);
	if (size > MAX_FILE)
		return error_set(err, "config %s: a config file has at most %d MiB", name,
				 MAX_FILE >> 20);
	if (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2))
		return error_set(err, "%s:1: UTF-16: save it as UTF-8", name);
	if (strlen(text) == size)
		return config_parse(name, text, settings, err);
	for (const char *at = text; *at; at++)
		line += *at == '\n';
	return error_set(err, "%s:%zu: a zero byte: this is no text file", name, line);
}

/* A read that failed is worth another: a stdin that somebody made non-blocking is waited for. */
static bool try_again(int fd)
{
	return errno == EINTR || (errno == EAGAIN &&
				  poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1) >= 0);
}

/* All of @fd, or more than MAX_FILE bytes, and a 0; to be freed. *@size is -1 for errno. */
static char *read_bytes(int fd, ssize_t *size)
{
	size_t used = 0, room = 0;
	char *text = NULL;
	ssize_t got;

	do {
		if (used + 1 >= room)
			text = xrealloc(text, room = 2 * room + 4096, 1);
		got = read(fd, text + used, room - used - 1);
		used += got > 0 ? got : 0;
	} while ((got > 0 && used <= MAX_FILE) || (got < 0 && try_again(fd)));
	text[used] = 0;
	*size = got < 0 ? -1 : (ssize_t)used;
	return text;
}

int config_read(const char *path, struct settings *settings, struct error *err)
{
	bool is_stdin = !strcmp(path, "-") || !strcmp(path, "/dev/stdin");
	const char *name = is_stdin ? "stdin" : path;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), ret;
	char *text = NULL;
	ssize_t size = -1;

	if (fd >= 0)
		text = read_bytes(fd, &size);
	*settings = (struct settings){ 0 };
	ret = size < 0 ? error_set(err, "config %s: %m: %s", name, CURE)
		       : parse_bytes(name, text, size, settings, err);
	free(text);
	if (fd > STDIN_FILENO)
		close(fd);
	return ret;
}
