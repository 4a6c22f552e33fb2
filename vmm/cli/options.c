// SPDX-License-Identifier: MIT
#include "vmm/cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "mem/size.h"
#include "mem/xalloc.h"

#define A_WORD 1 /* what getopt_long() returns for what is no option */
#define FIRST_VALUE 256 /* the same for the first row; letters are below */

/* Every verb takes run's flags too, so that "plan" can take the place of "run". */
static bool takes(const struct verb *verb, const struct key *key)
{
	return key->group & (KEYS_OF_ALL | (verb ? KEYS_OF_VERBS | verb->group : KEYS_OF_NUMAVM));
}

/* Sets one key: of @node; or without one, of several flags in one, which each of them beats. */
static int take_pair(struct settings *s, struct settings_node *node, const char *name,
		     const char *value, struct where flag, struct error *err)
{
	const struct key *key = key_find(name, node ? KEY_IN_NODE : KEY_IN_FILE);
	struct slot slot;
	char *list;

	if (!key) {
		list = key_list(KEY_IN_NODE);
		error_set(err, "--node: no key \"%s\": use %s", name, list);
		free(list);
		return -1;
	}
	slot = settings_slot(s, node, key);
	if (slot.where->name)
		return node ? error_set(err, "--node: %s is given twice", name) : 0;
	return slot_read(slot, value, flag, err);
}

/*
 * KEY=VALUE,...: a piece without "=" belongs to the value before it, so that host=0,2-3 needs no
 * quotes.
 */
static int take_pairs(struct settings *s, struct settings_node *node, const char *text,
		      struct where flag, struct error *err)
{
	char *copy, *at, *value, *next;
	int ret = 0;

	if (!strchr(text, '='))
		return error_set(err, "--node \"%s\": must be KEY=VALUE,... as in memory=1G,llcs=1",
				 text);
	copy = xstrdup(text);
	for (at = copy; !ret && at; at = next) {
		value = strchr(at, '=');
		*value++ = 0;
		next = strchr(value, ',');
		while (next && next[1 + strcspn(next + 1, ",=")] != '=')
			next = strchr(next + 1, ',');
		if (next)
			*next++ = 0;
		ret = take_pair(s, node, at, value, flag, err);
	}
	free(copy);
	return ret;
}

static int take_distance(struct settings *s, const char *text, struct where flag, struct error *err)
{
	char *copy = xstrdup(text), *rest = copy;
	const char *from = strsep(&rest, ","), *to = strsep(&rest, "=");
	uint64_t a, b, value;
	int ret = 0;

	if (!rest || size_parse_count(from, 0, UINT32_MAX, &a, err) ||
	    size_parse_count(to, 0, UINT32_MAX, &b, err) ||
	    size_parse_count(rest, 0, INT64_MAX, &value, err)) {
		ret = error_set(err, "--distance \"%s\": must be A,B=N, as in 0,1=21", text);
	} else {
		s->pairs = xrealloc(s->pairs, s->nr_pairs + 1, sizeof(*s->pairs));
		s->pairs[s->nr_pairs++] = (struct settings_distance){ a, b, value, flag };
	}
	free(copy);
	return ret;
}

/* The machine is declared once, as in a file; elsewhere the last one counts. */
static int take_value(struct slot slot, const char *text, struct where flag, struct error *err)
{
	if (slot.where->name && slot.key->group == KEYS_OF_MACHINE)
		return error_set(err, "%s is given twice", flag.name);
	return slot_read(slot, text, flag, err);
}

static int take_flag(struct settings *s, const struct key *key, const char *text, struct error *err)
{
	struct where flag = { key->flag, 0 };

	switch (key->type) {
	case KEY_NODE:
		return take_pairs(s, settings_add_node(s, flag), text, flag, err);
	case KEY_DISTANCE:
		return take_distance(s, text, flag, err);
	case KEY_SEVERAL:
		s->performance = true;
		return take_pairs(s, NULL, text, flag, err);
	default:
		return take_value(settings_slot(s, NULL, key), text, flag, err);
	}
}

/*
 * What getopt_long() reads: the rows that @verb takes, and words as they come. Without a verb it
 * stops at the first word.
 */
static void make_table(const struct verb *verb, struct option *options, char *letters)
{
	letters += sprintf(letters, "%s:", verb ? "-" : "+");
	for (const struct key *key = keys; key->name; key++) {
		int value = !key->value	     ? no_argument
			    : key->otherwise ? optional_argument
					     : required_argument;

		if (!takes(verb, key))
			continue;
		*options++ = (struct option){ key->name, value, NULL, FIRST_VALUE + (key - keys) };
		if (key->flag[1] != '-')
			letters += sprintf(letters, "%c%s", key->flag[1], key->value ? ":" : "");
	}
	*options = (struct option){ 0 };
}

static const struct key *find_row(int returned)
{
	const struct key *key = keys;

	if (returned >= FIRST_VALUE)
		return keys + (returned - FIRST_VALUE);
	while (!key->flag || key->flag[1] != returned)
		key++;
	return key;
}

/* getopt's complaints about argument @name, with the cure. */
static int refuse(int returned, const char *name, const struct verb *verb,
		  const struct option *options, struct error *err)
{
	const char letters[] = { '-', optopt, 0 };
	unsigned int nr = 0;

	if (returned == '?' && optopt >= FIRST_VALUE)
		return error_set(err, "option --%s takes no value", find_row(optopt)->name);
	if (optopt && optopt < FIRST_VALUE)
		name = letters;
	if (returned == ':')
		return error_set(err, "option %s needs a value: see numavm %s -h", name,
				 verb->name);
	for (; !optopt && options->name; options++)
		nr += !strncmp(options->name, name + 2, strcspn(name + 2, "="));
	if (nr)
		return error_set(err, "option %s could be one of %u: write it out", name, nr);
	return error_set(err, "no option %s: see numavm %s%s-h", name, verb ? verb->name : "",
			 verb ? " " : "");
}

/*
 * The flags from argv[1] on, up to a "--" after which there are the words of a command; *@stray is
 * the first word before it, if no mistake is before that. After a mistake it reads on, since
 * --result may follow, which is to have the message; the first mistake is the one that is reported.
 */
static int parse_flags(int argc, char **argv, const struct verb *verb, struct settings *s,
		       const char **stray, struct error *err)
{
	struct option options[KEYS_MAX];
	char letters[3 + 2 * KEYS_MAX];
	struct error later;
	int returned, at = 1, ret = 0;

	make_table(verb, options, letters);
	optind = 0; /* glibc: start anew */
	opterr = 0;
	for (; (returned = getopt_long(argc, argv, letters, options, NULL)) != -1; at = optind) {
		struct error *here = ret ? &later : err;
		const struct key *key;

		if (returned == A_WORD) {
			*stray = *stray || ret ? *stray : optarg;
			continue;
		}
		if (returned == '?' || returned == ':') {
			ret = refuse(returned, argv[optind - 1], verb, options, here);
			continue;
		}
		key = find_row(returned);
		if (take_flag(s, key, optarg ? optarg : key->otherwise, here))
			ret = -1;
	}
	if (verb && optind > at) /* it has taken a "--" */
		s->command = argv + optind;
	return ret;
}

/* A flag that nobody would read is a mistake. */
static int check_command(struct settings *s, struct error *err)
{
	if (s->command && !*s->command)
		return error_set(err, "no command after --: add one, or take -- away");
	if (s->command && s->shell)
		return error_set(err, "--shell and -- COMMAND are both commands: give one");
	if ((s->command || s->shell) && s->console && !strcmp(s->console, "-"))
		return error_set(err, "--console -: stdout is the command's: name a file, or add "
				      "-v, which shows the console on stderr");
	if ((s->command || s->shell) && settings_where(s, NULL, "reboot-is")->name)
		return error_set(err, "--reboot-is is for a run without a command, which has a "
				      "status of its own: take it away");
	for (const struct key *key = keys; key->name; key++)
		if (key->group == KEYS_OF_COMMAND && !s->command && !s->shell &&
		    settings_slot(s, NULL, key).where->name)
			return error_set(err, "%s needs a command: add -- COMMAND", key->flag);
	if (s->module_dirs && !s->modules)
		return error_set(err, "--module-dir is where --modules looks: add --modules NAME");
	return 0;
}

/* @name is NULL for no verb at all. */
static const struct verb *find_verb(const struct verb *verbs, const char *name, struct error *err)
{
	char *list = NULL;

	for (const struct verb *verb = verbs; name && verb->name; verb++)
		if (!strcmp(name, verb->name))
			return verb;
	for (const struct verb *verb = verbs; verb->name; verb++)
		list = key_list_add(list, verb->name, !verb[1].name);
	if (name)
		error_set(err, "no verb \"%s\": use %s", name, list);
	else
		error_set(err, "what to do? %s: see numavm -h", list);
	free(list);
	return NULL;
}

int options_parse(int argc, char **argv, const struct verb *verbs, const struct verb **verb,
		  struct settings *s, struct error *err)
{
	const char *stray = NULL;
	int ret;

	*s = (struct settings){ 0 };
	*verb = NULL;
	if (parse_flags(argc, argv, NULL, s, &stray, err))
		return -1;
	if (s->help || s->version)
		return 0;
	argc -= optind;
	argv += optind;
	*verb = find_verb(verbs, argv[0], err);
	if (!*verb)
		return -1;
	ret = parse_flags(argc, argv, *verb, s, &stray, err);
	if (!ret && s->help)
		return 0;
	if (stray)
		return error_set(err,
				 "unexpected argument \"%s\": see numavm %s -h, or put -- before "
				 "a command for the guest",
				 stray, (*verb)->name);
	return ret ? -1 : check_command(s, err);
}
