// SPDX-License-Identifier: MIT
#include "vmm/cli/config.h"

#include <confuse.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/cli/config_text.h"
#include "mem/size.h"

#define MAX_FILE (8 << 20)
#define MAX_PRIORITY 99 /* sched(7) */

/* The keys that a node has, and the machine for all its nodes. */
#define PLACEMENT_KEYS                                                                    \
	CFG_STR("host", NULL, CFGF_NONE), CFG_STR("policy", NULL, CFGF_NONE),             \
		CFG_STR("pages", NULL, CFGF_NONE), CFG_STR("shared", NULL, CFGF_NONE),    \
		CFG_STR("populate", NULL, CFGF_NONE), CFG_STR("strict", NULL, CFGF_NONE), \
		CFG_STR("pin", NULL, CFGF_NONE)

/* libConfuse's callbacks take no argument of ours: what they fill in during one parse. */
static _Thread_local struct {
	const char *path;
	struct settings *settings;
	struct error *err;
	bool distances_ended;
	bool has_cure; /* the message that is reported */
} parse;

static void report(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[300];
	const char *cure = parse.has_cure ? "" : ": numavm.conf(5) shows how it is written";

	if (parse.err->text[0]) /* the first one counts */
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (!strncmp(text, "no such option", strlen("no such option")))
		cure = ": numavm.conf(5) lists the keys";
	error_set(parse.err, "%s:%d: %s%s", parse.path, cfg ? cfg->line : 1, text, cure);
}

static struct where here(const cfg_t *cfg)
{
	return (struct where){ parse.path, cfg->line };
}

/* Reports what is in @err at the parser's line. Returns -1. */
static int refuse(cfg_t *cfg, const struct error *err)
{
	parse.has_cure = true;
	cfg_error(cfg, "%s", err->text);
	return -1;
}

static int refuse_twice(cfg_t *cfg, const cfg_opt_t *opt, const struct where *first)
{
	struct error err;

	error_set(&err, "%s is given twice, first on line %d", opt->name, first->line);
	return refuse(cfg, &err);
}

static int take_text(cfg_t *cfg, cfg_opt_t *opt, struct setting_text *setting)
{
	if (setting->where.name)
		return refuse_twice(cfg, opt, &setting->where);
	settings_set_text(setting, cfg_opt_getnstr(opt, 0), here(cfg));
	return 0;
}

static int take_number(cfg_t *cfg, cfg_opt_t *opt, struct setting_number *setting, uint64_t min,
		       uint64_t max)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	struct error err;

	if (setting->where.name)
		return refuse_twice(cfg, opt, &setting->where);
	if (size_parse_count(text, min, max, &setting->value, &err)) {
		error_prefix(&err, "%s = ", opt->name);
		return refuse(cfg, &err);
	}
	setting->where = here(cfg);
	return 0;
}

static int take_size(cfg_t *cfg, cfg_opt_t *opt, struct setting_number *setting)
{
	struct error err;

	if (setting->where.name)
		return refuse_twice(cfg, opt, &setting->where);
	if (size_parse(cfg_opt_getnstr(opt, 0), &setting->value, &err)) {
		error_prefix(&err, "%s = ", opt->name);
		return refuse(cfg, &err);
	}
	setting->where = here(cfg);
	return 0;
}

/* A path stands relative to the file that it is in. */
static int take_path(cfg_t *cfg, cfg_opt_t *opt, struct setting_text *setting)
{
	const char *path = cfg_opt_getnstr(opt, 0);
	char *copy, *joined;

	if (take_text(cfg, opt, setting))
		return -1;
	if (path[0] == '/')
		return 0;
	copy = xstrdup(parse.path);
	joined = xasprintf("%s/%s", dirname(copy), path);
	free(copy);
	free(setting->text);
	setting->text = joined;
	return 0;
}

/* The machine's keys, by name. */
static int take_machine_key(cfg_t *cfg, cfg_opt_t *opt)
{
	struct settings *s = parse.settings;

	if (!strcmp(opt->name, "kernel"))
		return take_path(cfg, opt, &s->kernel);
	if (!strcmp(opt->name, "initrd"))
		return take_path(cfg, opt, &s->initrd);
	if (!strcmp(opt->name, "cmdline"))
		return take_text(cfg, opt, &s->cmdline);
	if (!strcmp(opt->name, "topology"))
		return take_text(cfg, opt, &s->topology);
	if (!strcmp(opt->name, "memory"))
		return take_size(cfg, opt, &s->memory);
	if (!strcmp(opt->name, "cores"))
		return take_number(cfg, opt, &s->cores, 1, TOPOLOGY_MAX_CPUS);
	if (!strcmp(opt->name, "threads"))
		return take_number(cfg, opt, &s->threads, 1, TOPOLOGY_MAX_CPUS);
	if (!strcmp(opt->name, "packages"))
		return take_number(cfg, opt, &s->packages, 1, TOPOLOGY_MAX_NODES);
	if (!strcmp(opt->name, "verify"))
		return take_text(cfg, opt, &s->verify);
	if (!strcmp(opt->name, "realtime"))
		return take_number(cfg, opt, &s->realtime, 1, MAX_PRIORITY);
	return take_text(cfg, opt, &s->keys[settings_find_key(opt->name)]);
}

/* Called after each number of the list, and once more at its end. */
static int take_distance(cfg_t *cfg, cfg_opt_t *opt)
{
	struct settings *s = parse.settings;
	unsigned int nr = cfg_opt_size(opt);
	struct error err;
	uint64_t value;

	if (parse.distances_ended)
		return refuse_twice(cfg, opt, &s->distances_where);
	if (size_parse_count(cfg_opt_getnstr(opt, nr - 1), 0, INT32_MAX, &value, &err)) {
		error_set(&err, "distances: \"%s\": must be whole numbers from 10 to 255",
			  cfg_opt_getnstr(opt, nr - 1));
		return refuse(cfg, &err);
	}
	parse.distances_ended = nr == s->nr_distances;
	s->distances = xrealloc(s->distances, nr, sizeof(*s->distances));
	s->distances[nr - 1] = (struct settings_entry){ value, here(cfg) };
	s->nr_distances = nr;
	s->distances_where = here(cfg);
	return 0;
}

/* The node that the section @cfg is titled with; its number is checked here. */
static struct settings_node *find_node(cfg_t *cfg)
{
	struct settings *s = parse.settings;
	struct settings_node *node;
	struct error err;
	uint64_t number;

	if (size_parse_count(cfg->title, 0, TOPOLOGY_MAX_NODES - 1, &number, &err)) {
		error_prefix(&err, "node ");
		refuse(cfg, &err);
		return NULL;
	}
	for (unsigned int i = 0; i < s->nr_nodes; i++)
		if (s->nodes[i].number == number)
			return &s->nodes[i];
	node = settings_add_node(s, here(cfg));
	node->number = number;
	return node;
}

static int take_node_key(cfg_t *cfg, cfg_opt_t *opt)
{
	struct settings_node *node = find_node(cfg);

	if (!node)
		return -1;
	if (!strcmp(opt->name, "memory"))
		return take_size(cfg, opt, &node->memory);
	if (!strcmp(opt->name, "llcs"))
		return take_number(cfg, opt, &node->llcs, 0, TOPOLOGY_MAX_CPUS);
	return take_text(cfg, opt, &node->keys[settings_find_key(opt->name)]);
}

/* Also a section without a key declares its node; each a node of its own. */
static int take_node(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned int nr = cfg_opt_size(opt);
	const struct settings_node *node = find_node(cfg_opt_getnsec(opt, nr - 1));

	if (!node)
		return -1;
	return parse.settings->nr_nodes == nr ? 0 : refuse_twice(cfg, opt, &node->where);
}

static void watch(cfg_t *cfg, const cfg_opt_t *opts, const char *prefix, cfg_validate_callback_t cb)
{
	for (; opts->name; opts++) {
		char *name = xasprintf("%s%s", prefix, opts->name);

		cfg_set_validate_func(cfg, name, cb);
		free(name);
	}
}

static int compare_nodes(const void *a, const void *b)
{
	const struct settings_node *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Nodes may stand in any order, but no number may be missing. */
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
			return settings_error_at(err, &s->nodes[i].where);
		}
	return 0;
}

/* libConfuse copies them; its functions take no const. */
static cfg_opt_t node_opts[] = {
	CFG_STR("memory", NULL, CFGF_NONE),
	CFG_STR("llcs", NULL, CFGF_NONE),
	PLACEMENT_KEYS,
	CFG_END(),
};

static cfg_opt_t opts[] = {
	CFG_STR("kernel", NULL, CFGF_NONE),
	CFG_STR("initrd", NULL, CFGF_NONE),
	CFG_STR("cmdline", NULL, CFGF_NONE),
	CFG_STR("topology", NULL, CFGF_NONE),
	CFG_STR("memory", NULL, CFGF_NONE),
	CFG_STR("cores", NULL, CFGF_NONE),
	CFG_STR("threads", NULL, CFGF_NONE),
	CFG_STR("packages", NULL, CFGF_NONE),
	CFG_STR("verify", NULL, CFGF_NONE),
	CFG_STR("realtime", NULL, CFGF_NONE),
	PLACEMENT_KEYS,
	CFG_STR_LIST("distances", NULL, CFGF_NONE),
	CFG_SEC("node", node_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};

/* libConfuse calls nobody back for an empty list. */
static int check_matrix(cfg_t *cfg, const char *path, const char *text, struct error *err)
{
	const cfg_opt_t *opt = cfg_getopt(cfg, "distances");
	const char *end = strstr(text, opt->name);
	int line = 1;

	if (!(opt->flags & CFGF_MODIFIED) || opt->nvalues)
		return 0;
	for (; text < end; text++)
		line += *text == '\n';
	return error_set(err, "%s:%d: distances is empty: give a matrix, row by row", path, line);
}

int config_parse(const char *path, const char *text, struct settings *settings, struct error *err)
{
	char *prepared = xstrdup(text);
	cfg_t *cfg;
	int ret;

	*settings = (struct settings){ 0 };
	err->text[0] = 0;
	if (config_text_prepare(path, prepared, err)) {
		free(prepared);
		return -1;
	}
	cfg = cfg_init(opts, CFGF_NONE);
	parse.path = path;
	parse.settings = settings;
	parse.err = err;
	parse.distances_ended = parse.has_cure = false;
	cfg_set_error_function(cfg, report);
	watch(cfg, opts, "", take_machine_key);
	watch(cfg, node_opts, "node|", take_node_key);
	cfg_set_validate_func(cfg, "distances", take_distance);
	cfg_set_validate_func(cfg, "node", take_node);
	ret = cfg_parse_buf(cfg, prepared);
	if (ret != CFG_SUCCESS && !err->text[0])
		error_set(err, "%s:%d: not a config: see numavm.conf(5)", path, cfg->line);
	ret = ret != CFG_SUCCESS || check_matrix(cfg, path, prepared, err);
	cfg_free(cfg);
	free(prepared);
	if (ret || order_nodes(settings, err)) {
		settings_free(settings);
		return -1;
	}
	return 0;
}

/* A regular file of text, and not a large one: else its name is a mistake. */
static int check_file(int fd, const char *path, size_t *size, struct error *err)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return error_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, "%s: not a regular file: give a config file", path);
	if (st.st_size > MAX_FILE)
		return error_set(err, "%s: %lld MiB: a config file has at most %d MiB", path,
				 (long long)st.st_size >> 20, MAX_FILE >> 20);
	*size = st.st_size;
	return 0;
}

static int read_text(int fd, const char *path, size_t size, char *text, struct error *err)
{
	ssize_t got = read(fd, text, size);
	size_t line = 1;

	if (got < 0)
		return error_errno(err, "%s", path);
	text[got] = 0;
	for (ssize_t i = 0; i < got; i++) {
		if (!text[i])
			return error_set(err, "%s:%zu: a zero byte: this is no text file", path,
					 line);
		line += text[i] == '\n';
	}
	return 0;
}

int config_read(const char *path, struct settings *settings, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), ret = -1;
	char *text = NULL;
	size_t size = 0;

	*settings = (struct settings){ 0 };
	if (!check_file(fd, path, &size, err)) {
		text = xcalloc(size + 1, 1);
		if (!read_text(fd, path, size, text, err))
			ret = config_parse(path, text, settings, err);
	}
	err->contention = false;
	free(text);
	if (fd >= 0)
		close(fd);
	return ret;
}
