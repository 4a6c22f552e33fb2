// SPDX-License-Identifier: MIT
#include "vmm/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "mem/size.h"

#define MAX_POPULATE_THREADS 1024
#define MAX_PRIORITY 99 /* sched(7) */

enum {
	OPT_TOPOLOGY = 256,
	OPT_NODE,
	OPT_DISTANCE,
	OPT_CORES,
	OPT_THREADS,
	OPT_PACKAGES,
	OPT_BOOT,
	OPT_TIMEOUT,
	OPT_CONSOLE,
	OPT_RESULT,
	OPT_POPULATE,
	OPT_POPULATE_THREADS,
	OPT_PAGES,
	OPT_PIN,
	OPT_STRICT,
	OPT_VERIFY,
	OPT_REALTIME,
	OPT_PERFORMANCE,
	OPT_JSON,
	OPT_VERSION,
};

/* Every verb takes the machine's options and run's, so that "plan" can stand for "run". */
#define MACHINE_OPTIONS                                                                         \
	{ "config", required_argument, NULL, 'c' }, { "kernel", required_argument, NULL, 'k' }, \
		{ "initrd", required_argument, NULL, 'i' },                                     \
		{ "append", required_argument, NULL, 'a' },                                     \
		{ "memory", required_argument, NULL, 'm' },                                     \
		{ "topology", required_argument, NULL, OPT_TOPOLOGY },                          \
		{ "node", required_argument, NULL, OPT_NODE },                                  \
		{ "distance", required_argument, NULL, OPT_DISTANCE },                          \
		{ "cores", required_argument, NULL, OPT_CORES },                                \
		{ "threads", required_argument, NULL, OPT_THREADS },                            \
		{ "packages", required_argument, NULL, OPT_PACKAGES },                          \
		{ "boot", required_argument, NULL, OPT_BOOT },                                  \
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },                            \
		{ "console", required_argument, NULL, OPT_CONSOLE },                            \
		{ "result", required_argument, NULL, OPT_RESULT },                              \
		{ "populate", optional_argument, NULL, OPT_POPULATE },                          \
		{ "populate-threads", required_argument, NULL, OPT_POPULATE_THREADS },          \
		{ "pages", required_argument, NULL, OPT_PAGES },                                \
		{ "pin", required_argument, NULL, OPT_PIN },                                    \
		{ "strict", required_argument, NULL, OPT_STRICT },                              \
		{ "verify", required_argument, NULL, OPT_VERIFY },                              \
		{ "realtime", required_argument, NULL, OPT_REALTIME },                          \
		{ "performance", no_argument, NULL, OPT_PERFORMANCE },                          \
	{                                                                                       \
		"help", no_argument, NULL, 'h'                                                  \
	}

static const struct option top_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};
static const struct option run_options[] = { MACHINE_OPTIONS, { 0 } };
static const struct option plan_options[] = {
	MACHINE_OPTIONS,
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};
static const struct option tables_options[] = {
	MACHINE_OPTIONS,
	{ "output", required_argument, NULL, 'o' },
	{ 0 },
};

static const struct {
	const char *name;
	const char *letters;
	const struct option *options;
} verbs[] = {
	[VERB_NONE] = { "", "+:h", top_options },
	[VERB_RUN] = { "run", ":c:k:i:a:m:h", run_options },
	[VERB_PLAN] = { "plan", ":c:k:i:a:m:h", plan_options },
	[VERB_TABLES] = { "tables", ":c:k:i:a:m:o:h", tables_options },
};

static struct where flag(const char *name)
{
	return (struct where){ name, 0 };
}

static int take_size(struct setting_number *setting, const char *name, const char *text,
		     struct error *err)
{
	setting->where = flag(name);
	return size_parse(text, &setting->value, err) ? settings_error_at(err, &setting->where) : 0;
}

static int take_count(struct setting_number *setting, const char *name, const char *text,
		      uint64_t min, uint64_t max, struct error *err)
{
	setting->where = flag(name);
	if (size_parse_count(text, min, max, &setting->value, err))
		return settings_error_at(err, &setting->where);
	return 0;
}

static bool is_set(const struct settings_node *node, const char *key)
{
	enum settings_key number = settings_find_key(key);

	if (!strcmp(key, "memory"))
		return node->memory.where.name;
	if (!strcmp(key, "llcs"))
		return node->llcs.where.name;
	return number < SETTINGS_NR_KEYS && node->keys[number].where.name;
}

static int take_node_key(struct settings_node *node, const char *key, const char *value,
			 struct error *err)
{
	static const char name[] = "--node";

	if (is_set(node, key))
		return error_set(err, "--node: %s is given twice", key);
	if (!strcmp(key, "memory"))
		return take_size(&node->memory, name, value, err);
	if (!strcmp(key, "llcs"))
		return take_count(&node->llcs, name, value, 0, TOPOLOGY_MAX_CPUS, err);
	if (settings_find_key(key) == SETTINGS_NR_KEYS)
		return error_set(
			err,
			"--node: no key \"%s\": use memory, llcs, host, policy, pages, shared, "
			"populate, strict or pin",
			key);
	settings_set_text(&node->keys[settings_find_key(key)], value, flag(name));
	return 0;
}

/*
 * KEY=VALUE,...: a piece without "=" belongs to the value before it, so that host=0,2-3 needs no
 * quotes.
 */
static int take_node(struct settings *settings, const char *text, struct error *err)
{
	struct settings_node *node = settings_add_node(settings, flag("--node"));
	char *copy = xstrdup(text), *at = copy, *value, *next;
	int ret = 0;

	node->number = settings->nr_nodes - 1;
	for (; !ret && at; at = next) {
		value = strchr(at, '=');
		if (!value) {
			ret = error_set(err,
					"--node \"%s\": must be KEY=VALUE,... as in "
					"memory=1G,llcs=1",
					text);
			break;
		}
		*value++ = 0;
		next = strchr(value, ',');
		while (next && strchr(next, '=') && strcspn(next + 1, ",") < strcspn(next + 1, "="))
			next = strchr(next + 1, ',');
		if (next && !strchr(next, '='))
			next = NULL;
		if (next)
			*next++ = 0;
		ret = take_node_key(node, at, value, err);
	}
	free(copy);
	return ret;
}

/* A number in front of @delimiter; the text moves on behind it. */
static int take_number(const char **text, char delimiter, uint64_t max, uint64_t *value)
{
	size_t digits = strspn(*text, "0123456789");
	char number[24];
	struct error err;

	if (digits >= sizeof(number) || (*text)[digits] != delimiter)
		return -1;
	snprintf(number, sizeof(number), "%.*s", (int)digits, *text);
	*text += digits + 1;
	return size_parse_count(number, 0, max, value, &err);
}

static int take_distance(struct settings *settings, const char *text, struct error *err)
{
	const char *at = text;
	uint64_t a, b, value;

	if (take_number(&at, ',', UINT32_MAX, &a) || take_number(&at, '=', UINT32_MAX, &b) ||
	    take_number(&at, 0, INT64_MAX, &value))
		return error_set(err, "--distance \"%s\": must be A,B=N, as in 0,1=21", text);
	settings->pairs =
		xrealloc(settings->pairs, settings->nr_pairs + 1, sizeof(*settings->pairs));
	settings->pairs[settings->nr_pairs++] =
		(struct settings_distance){ a, b, value, flag("--distance") };
	return 0;
}

static int take_boot(enum boot_mode *boot, const char *text, struct error *err)
{
	if (!strcmp(text, "packed"))
		*boot = BOOT_PACKED;
	else if (!strcmp(text, "unpacked"))
		*boot = BOOT_UNPACKED;
	else
		return error_set(err, "--boot \"%s\": must be packed or unpacked", text);
	return 0;
}

/* One word for what a measurement wants; each part refuses with what it lacks. */
static void take_performance(struct settings *s)
{
	settings_set_text(&s->keys[KEY_PIN], "core", flag("--performance"));
	settings_set_text(&s->keys[KEY_PAGES], "2M", flag("--performance"));
	settings_set_text(&s->keys[KEY_POPULATE], "yes", flag("--performance"));
	settings_set_text(&s->keys[KEY_STRICT], "yes", flag("--performance"));
	settings_set_text(&s->verify, "yes", flag("--performance"));
}

static int take_placement_option(struct settings *s, int letter, const char *text,
				 struct error *err)
{
	switch (letter) {
	case OPT_POPULATE:
		settings_set_text(&s->keys[KEY_POPULATE], text ? text : "yes", flag("--populate"));
		return 0;
	case OPT_PAGES:
		settings_set_text(&s->keys[KEY_PAGES], text, flag("--pages"));
		return 0;
	case OPT_PIN:
		settings_set_text(&s->keys[KEY_PIN], text, flag("--pin"));
		return 0;
	case OPT_STRICT:
		settings_set_text(&s->keys[KEY_STRICT], text, flag("--strict"));
		return 0;
	case OPT_VERIFY:
		settings_set_text(&s->verify, text, flag("--verify"));
		return 0;
	case OPT_REALTIME:
		return take_count(&s->realtime, "--realtime", text, 1, MAX_PRIORITY, err);
	default:
		take_performance(s);
		return 0;
	}
}

static void add_text(struct setting_text *setting, const char *text, struct where where)
{
	char *longer = setting->text ? xasprintf("%s %s", setting->text, text) : xstrdup(text);

	settings_set_text(setting, longer, where);
	free(longer);
}

static int take_machine_option(struct options *o, int letter, const char *text, struct error *err)
{
	struct settings *s = &o->flags;

	switch (letter) {
	case 'c':
		o->config = text;
		return 0;
	case 'k':
		settings_set_text(&s->kernel, text, flag("-k"));
		return 0;
	case 'i':
		settings_set_text(&s->initrd, text, flag("-i"));
		return 0;
	case 'a':
		add_text(&s->append, text, flag("-a"));
		return 0;
	case 'm':
		return take_size(&s->memory, "-m", text, err);
	case OPT_TOPOLOGY:
		settings_set_text(&s->topology, text, flag("--topology"));
		return 0;
	case OPT_NODE:
		return take_node(s, text, err);
	case OPT_DISTANCE:
		return take_distance(s, text, err);
	case OPT_CORES:
		return take_count(&s->cores, "--cores", text, 1, TOPOLOGY_MAX_CPUS, err);
	case OPT_THREADS:
		return take_count(&s->threads, "--threads", text, 1, TOPOLOGY_MAX_CPUS, err);
	case OPT_PACKAGES:
		return take_count(&s->packages, "--packages", text, 1, TOPOLOGY_MAX_NODES, err);
	default:
		return take_placement_option(s, letter, text, err);
	}
}

static int take_option(struct options *o, int letter, const char *text, struct error *err)
{
	switch (letter) {
	case 'h':
		o->help = true;
		return 0;
	case 'o':
		o->output = text;
		return 0;
	case OPT_VERSION:
		o->version = true;
		return 0;
	case OPT_BOOT:
		return take_boot(&o->boot, text, err);
	case OPT_TIMEOUT:
		return size_parse_duration(text, &o->timeout_ns, err)
			       ? error_prefix(err, "--timeout: ")
			       : 0;
	case OPT_CONSOLE:
		o->console = text;
		return 0;
	case OPT_RESULT:
		o->result = text;
		return 0;
	case OPT_POPULATE_THREADS:
		return size_parse_count(text, 1, MAX_POPULATE_THREADS, &o->populate_threads, err)
			       ? error_prefix(err, "--populate-threads: ")
			       : 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	default:
		return take_machine_option(o, letter, text, err);
	}
}

/* How many long options begin as @name does; *@found is the last of them. */
static unsigned int count_options(const struct option *options, const char *name,
				  const struct option **found)
{
	size_t length = strcspn(name, "=");
	unsigned int nr = 0;

	for (; options->name; options++)
		if (!strncmp(options->name, name, length)) {
			*found = options;
			nr++;
		}
	return nr;
}

/* A long option that is there, but was not given as it must be. Returns 0 when that is not it. */
static int refuse_long(const char *name, enum verb verb, struct error *err)
{
	const struct option *option = NULL;
	unsigned int nr =
		strncmp(name, "--", 2) ? 0 : count_options(verbs[verb].options, name + 2, &option);

	if (nr > 1 && !optopt)
		return error_set(err, "option %s could be one of %u: write it out", name, nr);
	if (nr && strchr(name, '=') && optopt == option->val)
		return error_set(err, "option --%s takes no value", option->name);
	return 0;
}

/* getopt's complaints, with the cure. */
static int refuse(int letter, char **argv, enum verb verb, struct error *err)
{
	const char *name = argv[optind - 1];
	char letters[3] = { '-', optopt, 0 };

	if (letter == '?' && refuse_long(name, verb, err))
		return -1;
	if (optopt && optopt < 256)
		name = letters;
	if (letter == ':')
		return error_set(err, "option %s needs a value: see numavm %s -h", name,
				 verbs[verb].name);
	return error_set(err, "no option %s: see numavm %s%s-h", name, verbs[verb].name,
			 verb ? " " : "");
}

/*
 * The options from argv[1] on; @argc and @argv begin with what stands before them. All of them, for
 * who wants a result is to have one that says what was wrong first.
 */
static int parse_verb(int argc, char **argv, struct options *o, struct error *err)
{
	struct error later;
	int letter, ret = 0;

	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((letter = getopt_long(argc, argv, verbs[o->verb].letters, verbs[o->verb].options,
				     NULL)) != -1) {
		struct error *here = ret ? &later : err;

		if (letter == '?' || letter == ':' ? refuse(letter, argv, o->verb, here)
						   : take_option(o, letter, optarg, here))
			ret = -1;
	}
	return ret;
}

static enum verb find_verb(const char *name)
{
	for (enum verb verb = VERB_RUN; verb <= VERB_TABLES; verb++)
		if (!strcmp(name, verbs[verb].name))
			return verb;
	return VERB_NONE;
}

int options_parse(int argc, char **argv, struct options *o, struct error *err)
{
	*o = (struct options){ 0 };
	if (parse_verb(argc, argv, o, err))
		return -1;
	if (o->help || o->version)
		return 0;
	if (optind >= argc)
		return error_set(err, "what to do? run, plan or tables: see numavm -h");
	argc -= optind;
	argv += optind;
	o->verb = find_verb(argv[0]);
	if (!o->verb)
		return error_set(err, "no verb \"%s\": use run, plan or tables", argv[0]);
	if (parse_verb(argc, argv, o, err))
		return -1;
	if (optind < argc && !o->help)
		return error_set(err, "\"%s\" is no option: see numavm %s -h", argv[optind],
				 verbs[o->verb].name);
	if (o->verb == VERB_TABLES && !o->output && !o->help)
		return error_set(err, "tables needs a folder to write to: add -o DIR");
	return 0;
}

void options_free(struct options *options)
{
	settings_free(&options->flags);
}
