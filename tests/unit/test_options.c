// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/cli/options.h"

#define MAX_ARGS 32

/* Options from one line; words are parted by one blank each. The text must be freed after them. */
struct line {
	char *text;
	char *argv[MAX_ARGS + 1];
	int argc;
	struct options o;
	struct error err;
	int ret;
};

static void parse(struct line *line, const char *text)
{
	char *rest;

	*line = (struct line){ .text = xasprintf("numavm %s", text) };
	rest = line->text;
	while (rest && *rest) {
		ck_assert_int_lt(line->argc, MAX_ARGS);
		line->argv[line->argc++] = strsep(&rest, " ");
	}
	line->ret = options_parse(line->argc, line->argv, &line->o, &line->err);
}

static void end(struct line *line)
{
	options_free(&line->o);
	free(line->text);
}

START_TEST(every_option_is_taken)
{
	const struct settings *s;
	struct line l;

	parse(&l,
	      "run -c m.conf -k vmlinuz -i initrd -a quiet -m 4G --topology 2n4l4c2t --boot packed "
	      "--timeout 30s --console log --result r.json --populate --packages 2");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	s = &l.o.flags;
	ck_assert_int_eq(l.o.verb, VERB_RUN);
	ck_assert_str_eq(l.o.config, "m.conf");
	ck_assert_str_eq(s->kernel.text, "vmlinuz");
	ck_assert_str_eq(s->kernel.where.name, "-k");
	ck_assert_str_eq(s->initrd.text, "initrd");
	ck_assert_str_eq(s->append.text, "quiet");
	ck_assert_uint_eq(s->memory.value, 4 * GIB);
	ck_assert_str_eq(s->topology.text, "2n4l4c2t");
	ck_assert_uint_eq(s->packages.value, 2);
	ck_assert_int_eq(l.o.boot, BOOT_PACKED);
	ck_assert_uint_eq(l.o.timeout_ns, 30000000000);
	ck_assert_str_eq(l.o.console, "log");
	ck_assert_str_eq(l.o.result, "r.json");
	ck_assert_str_eq(s->keys[KEY_POPULATE].text, "yes");
	ck_assert(!l.o.json && !l.o.help);
	end(&l);
}
END_TEST

START_TEST(other_verbs_take_run_s_options)
{
	struct line l;

	parse(&l, "plan --timeout=1m --json --cores=3 --threads=2 --config=x -m1G");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_int_eq(l.o.verb, VERB_PLAN);
	ck_assert(l.o.json);
	ck_assert_uint_eq(l.o.flags.cores.value, 3);
	ck_assert_uint_eq(l.o.flags.threads.value, 2);
	ck_assert_uint_eq(l.o.flags.memory.value, GIB);
	end(&l);
	parse(&l, "tables -o out --populate");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_int_eq(l.o.verb, VERB_TABLES);
	ck_assert_str_eq(l.o.output, "out");
	end(&l);
}
END_TEST

/* A word without "=" belongs to the value before it. */
static const struct {
	const char *text;
	uint64_t memory, llcs;
	const char *host, *policy;
} nodes[] = {
	{ "memory=1G", GIB, 0, NULL, NULL },
	{ "llcs=2", 0, 2, NULL, NULL },
	{ "memory=1G,llcs=0", GIB, 0, NULL, NULL },
	{ "memory=1G,llcs=2", GIB, 2, NULL, NULL },
	{ "host=0", 0, 0, "0", NULL },
	{ "host=0,2-3", 0, 0, "0,2-3", NULL },
	{ "host=0,2-3,memory=1G", GIB, 0, "0,2-3", NULL },
	{ "memory=1G,host=0,1,2,policy=bind,llcs=1", GIB, 1, "0,1,2", "bind" },
	{ "policy=bind,host=1,3", 0, 0, "1,3", "bind" },
	{ "host=,memory=1G", GIB, 0, "", NULL },
};

static void assert_text(const struct setting_text *setting, const char *text)
{
	if (text)
		ck_assert_str_eq(setting->text, text);
	else
		ck_assert_ptr_null(setting->where.name);
}

START_TEST(node_is_read)
{
	char *text = xasprintf("plan --node memory=2G --node %s", nodes[_i].text);
	const struct settings_node *node;
	struct line l;

	parse(&l, text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_uint_eq(l.o.flags.nr_nodes, 2);
	ck_assert_uint_eq(l.o.flags.nodes[0].memory.value, 2 * GIB);
	node = &l.o.flags.nodes[1];
	ck_assert_uint_eq(node->number, 1);
	ck_assert_uint_eq(node->memory.value, nodes[_i].memory);
	ck_assert_uint_eq(node->llcs.value, nodes[_i].llcs);
	assert_text(&node->keys[KEY_HOST], nodes[_i].host);
	assert_text(&node->keys[KEY_POLICY], nodes[_i].policy);
	end(&l);
	free(text);
}
END_TEST

/* The words of placement are settings of the whole machine. */
static const struct {
	const char *text;
	enum settings_key key;
	const char *value, *where;
} placements[] = {
	{ "--populate", KEY_POPULATE, "yes", "--populate" },
	{ "--populate=yes", KEY_POPULATE, "yes", "--populate" },
	{ "--populate=no", KEY_POPULATE, "no", "--populate" },
	{ "--pages 2M", KEY_PAGES, "2M", "--pages" },
	{ "--pages=4k", KEY_PAGES, "4k", "--pages" },
	{ "--pin core", KEY_PIN, "core", "--pin" },
	{ "--pin=0,2-3", KEY_PIN, "0,2-3", "--pin" },
	{ "--strict no", KEY_STRICT, "no", "--strict" },
	{ "--performance", KEY_PIN, "core", "--performance" },
	{ "--performance", KEY_PAGES, "2M", "--performance" },
	{ "--performance", KEY_POPULATE, "yes", "--performance" },
	{ "--performance", KEY_STRICT, "yes", "--performance" },
	{ "--performance --pin=none", KEY_PIN, "none", "--pin" },
	{ "--pin=none --performance", KEY_PIN, "core", "--performance" },
};

START_TEST(placement_is_read)
{
	char *text = xasprintf("%s %s", _i % 2 ? "run" : "plan", placements[_i].text);
	const struct setting_text *setting;
	struct line l;

	parse(&l, text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	setting = &l.o.flags.keys[placements[_i].key];
	ck_assert_str_eq(setting->text, placements[_i].value);
	ck_assert_str_eq(setting->where.name, placements[_i].where);
	ck_assert_int_eq(setting->where.line, 0);
	end(&l);
	free(text);
}
END_TEST

START_TEST(proof_and_priority_are_read)
{
	struct line l;

	parse(&l, "run --verify full --realtime=99 --populate-threads=1024");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_str_eq(l.o.flags.verify.text, "full");
	ck_assert_uint_eq(l.o.flags.realtime.value, 99);
	ck_assert_uint_eq(l.o.populate_threads, 1024);
	for (int key = 0; key < SETTINGS_NR_KEYS; key++)
		ck_assert_ptr_null(l.o.flags.keys[key].where.name);
	end(&l);
	parse(&l, "run --performance");
	ck_assert_str_eq(l.o.flags.verify.text, "yes");
	ck_assert_ptr_null(l.o.flags.realtime.where.name);
	ck_assert_uint_eq(l.o.populate_threads, 0);
	end(&l);
}
END_TEST

START_TEST(node_takes_every_key)
{
	static const char *const values[SETTINGS_NR_KEYS] = { "0,2", "bind", "2M", "yes",
							      "no",  "no",   "1,3" };
	const struct settings_node *node;
	struct line l;

	parse(&l, "plan --node host=0,2,policy=bind,pages=2M,shared=yes,populate=no,strict=no,"
		  "pin=1,3");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	node = &l.o.flags.nodes[0];
	for (int key = 0; key < SETTINGS_NR_KEYS; key++) {
		ck_assert_str_eq(node->keys[key].text, values[key]);
		ck_assert_str_eq(node->keys[key].where.name, "--node");
	}
	end(&l);
}
END_TEST

START_TEST(distances_are_read)
{
	struct line l;

	parse(&l, "plan --distance 0,1=21 --distance=12,3=255");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_uint_eq(l.o.flags.nr_pairs, 2);
	ck_assert_uint_eq(l.o.flags.pairs[0].a, 0);
	ck_assert_uint_eq(l.o.flags.pairs[0].b, 1);
	ck_assert_int_eq(l.o.flags.pairs[0].value, 21);
	ck_assert_uint_eq(l.o.flags.pairs[1].a, 12);
	ck_assert_uint_eq(l.o.flags.pairs[1].b, 3);
	ck_assert_int_eq(l.o.flags.pairs[1].value, 255);
	end(&l);
}
END_TEST

static const struct {
	const char *text;
	const char *says;
} mistakes[] = {
	{ "", "run, plan or tables" },
	{ "fly", "no verb \"fly\"" },
	{ "--fly", "no option --fly" },
	{ "-x", "no option -x" },
	{ "--json plan", "no option --json" },
	{ "run --fly", "no option --fly: see numavm run -h" },
	{ "run -x", "no option -x" },
	{ "run --json", "no option --json" },
	{ "plan -o x", "no option -o" },
	{ "run --help=x", "option --help takes no value" },
	{ "plan --json=yes", "option --json takes no value" },
	{ "plan --js=yes", "option --json takes no value" },
	{ "plan --p 2", "option --p could be one of" },
	{ "run --json=yes", "no option --json=yes" },
	{ "run -m", "option -m needs a value" },
	{ "run --timeout", "option --timeout needs a value" },
	{ "run --populated", "no option --populated" },
	/* A value of its own stands behind "=". */
	{ "run --populate no", "\"no\" is no option" },
	{ "run --populate-threads 0", "--populate-threads: \"0\": must be a whole number from 1" },
	{ "run --populate-threads 1025", "to 1024" },
	{ "run --realtime 0", "--realtime: \"0\": must be a whole number from 1 to 99" },
	{ "run --realtime 100", "1 to 99" },
	{ "run --realtime", "option --realtime needs a value" },
	{ "run --pages", "option --pages needs a value" },
	{ "run --pin", "option --pin needs a value" },
	{ "run --strict", "option --strict needs a value" },
	{ "run --verify", "option --verify needs a value" },
	{ "run --performance=yes", "--performance" },
	{ "run --node host=0,host=1", "--node: host is given twice" },
	{ "run --node memory=1G,pin=core,pin=0", "--node: pin is given twice" },
	{ "run --node memory=1G,memory=1G", "--node: memory is given twice" },
	{ "run --node llcs=1,llcs=1", "--node: llcs is given twice" },
	{ "run vmlinuz", "\"vmlinuz\" is no option" },
	{ "run -m 1", "-m: size \"1\"" },
	{ "run -m 0M", "-m: size" },
	{ "run --timeout 0", "--timeout: time \"0\"" },
	{ "run --timeout soon", "--timeout: time \"soon\"" },
	{ "run --boot warm", "--boot \"warm\": must be packed or unpacked" },
	{ "run --cores 0", "--cores: \"0\": must be a whole number from 1 to 8192" },
	{ "run --cores 8193", "8192" },
	{ "run --threads x", "--threads: \"x\"" },
	{ "run --packages 1025", "1024" },
	{ "run --node memory", "--node \"memory\": must be KEY=VALUE" },
	{ "run --node =1G", "--node: no key \"\"" },
	{ "run --node size=1G", "--node: no key \"size\"" },
	{ "run --node memory=1G,size=1G", "--node: no key \"size\"" },
	{ "run --node memory=1", "--node: size \"1\"" },
	{ "run --node memory=1G,2G", "--node: size \"1G,2G\"" },
	{ "run --node llcs=8193", "--node: \"8193\"" },
	{ "run --node llcs=", "--node: \"\"" },
	{ "run --distance 0,1", "--distance \"0,1\": must be A,B=N" },
	{ "run --distance 0=21", "must be A,B=N" },
	{ "run --distance 0,1=", "must be A,B=N" },
	{ "run --distance 0,1=21x", "must be A,B=N" },
	{ "run --distance 0,1=21,", "must be A,B=N" },
	{ "run --distance +0,1=21", "must be A,B=N" },
	{ "run --distance a,b=c", "must be A,B=N" },
	{ "run --distance 0,1=-5", "must be A,B=N" },
	{ "run --distance 0,1=99999999999999999999", "must be A,B=N" },
	/* 0 modulo 2^32. */
	{ "run --distance 4294967296,1=21", "must be A,B=N" },
	{ "run --distance -4294967295,0=21", "must be A,B=N" },
	{ "tables", "add -o DIR" },
	{ "tables x -o d", "\"x\" is no option" },
};

START_TEST(mistake_is_refused)
{
	struct line l;

	parse(&l, mistakes[_i].text);
	ck_assert_msg(l.ret == -1, "taken: %s", mistakes[_i].text);
	ck_assert_msg(strstr(l.err.text, mistakes[_i].says) != NULL, "%s", l.err.text);
	end(&l);
}
END_TEST

static const struct {
	const char *text;
	enum verb verb;
	bool help, version;
} asked[] = {
	{ "-h", VERB_NONE, true, false },	   { "--help", VERB_NONE, true, false },
	{ "--version", VERB_NONE, false, true },   { "run -h", VERB_RUN, true, false },
	{ "plan --help", VERB_PLAN, true, false }, { "tables -h", VERB_TABLES, true, false },
	{ "run x -h", VERB_RUN, true, false },
};

START_TEST(help_and_version)
{
	struct line l;

	parse(&l, asked[_i].text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_int_eq(l.o.verb, asked[_i].verb);
	ck_assert_int_eq(l.o.help, asked[_i].help);
	ck_assert_int_eq(l.o.version, asked[_i].version);
	end(&l);
}
END_TEST

/* Each option that --help lists is there, in 80 columns. */
START_TEST(help_fits_and_is_true)
{
	const char *at = options_help(_i), *dash = at;
	struct line l;

	ck_assert(!strncmp(at, "Usage: numavm", 13));
	for (const char *line = at; *line; line += strcspn(line, "\n") + 1)
		ck_assert_msg(strcspn(line, "\n") <= 80, "%.*s", (int)strcspn(line, "\n"), line);
	while (_i != VERB_NONE && (dash = strstr(dash, "  --")) != NULL) {
		int size = strcspn(dash + 2, "=[ \n");
		char *text = xasprintf("%s %.*s",
				       _i == VERB_RUN	 ? "run"
				       : _i == VERB_PLAN ? "plan"
							 : "tables",
				       size, dash + 2);

		parse(&l, text);
		ck_assert_msg(!strstr(l.err.text, "no option"), "%s", l.err.text);
		end(&l);
		free(text);
		dash += 2 + size;
	}
}
END_TEST

Suite *options_suite(void)
{
	Suite *s = suite_create("options");
	TCase *tc = tcase_create("options");

	tcase_add_test(tc, every_option_is_taken);
	tcase_add_test(tc, other_verbs_take_run_s_options);
	tcase_add_loop_test(tc, node_is_read, 0, COUNT(nodes));
	tcase_add_loop_test(tc, placement_is_read, 0, COUNT(placements));
	tcase_add_test(tc, proof_and_priority_are_read);
	tcase_add_test(tc, node_takes_every_key);
	tcase_add_test(tc, distances_are_read);
	tcase_add_loop_test(tc, mistake_is_refused, 0, COUNT(mistakes));
	tcase_add_loop_test(tc, help_and_version, 0, COUNT(asked));
	tcase_add_loop_test(tc, help_fits_and_is_true, VERB_NONE, VERB_TABLES + 1);
	suite_add_tcase(s, tc);
	return s;
}
