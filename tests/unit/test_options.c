// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/combine.h"
#include "tests/unit/line.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(every_option_is_taken)
{
	struct settings *s;
	struct line l;

	line_parse(&l, "run -c m.conf -k vmlinuz -i initrd -a quiet -m 4G --topology 2n4l4c2t "
		       "--boot packed "
		       "--timeout 30s --console log --result r.json --populate --packages 2");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	s = &l.s;
	ck_assert_str_eq(l.verb->name, "run");
	ck_assert_str_eq(s->config, "m.conf");
	ck_assert_str_eq(s->kernel, "vmlinuz");
	ck_assert_str_eq(settings_where(s, NULL, "kernel")->name, "-k");
	ck_assert_str_eq(s->initrd, "initrd");
	ck_assert_str_eq(s->append, "quiet");
	ck_assert_uint_eq(s->memory, 4 * GIB);
	ck_assert_str_eq(s->topology, "2n4l4c2t");
	ck_assert_uint_eq(s->packages, 2);
	ck_assert_int_eq(s->boot, BOOT_PACKED);
	ck_assert_uint_eq(s->timeout_ns, 30000000000);
	ck_assert_str_eq(s->console, "log");
	ck_assert_str_eq(s->result, "r.json");
	ck_assert_str_eq(text_of(s, NULL, "populate"), "yes");
	ck_assert(!s->json && !s->help);
	line_end(&l);
}
END_TEST

START_TEST(other_verbs_take_run_s_options)
{
	struct line l;

	line_parse(&l, "plan --timeout=1m --json --cores=3 --threads=2 --config=x -m1G");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_str_eq(l.verb->name, "plan");
	ck_assert(l.s.json);
	ck_assert_uint_eq(l.s.cores, 3);
	ck_assert_uint_eq(l.s.threads, 2);
	ck_assert_uint_eq(l.s.memory, GIB);
	line_end(&l);
	line_parse(&l, "tables -o out --populate");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_str_eq(l.verb->name, "tables");
	ck_assert_str_eq(l.s.output, "out");
	line_end(&l);
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
};

static void assert_text(struct line *l, const char *key, const char *text)
{
	if (text)
		ck_assert_str_eq(text_of(&l->s, &l->s.nodes[1], key), text);
	else
		ck_assert_ptr_null(settings_where(&l->s, &l->s.nodes[1], key)->name);
}

START_TEST(node_is_read)
{
	char *text = xasprintf("plan --node memory=2G --node %s", nodes[_i].text);
	const struct settings_node *node;
	struct line l;

	line_parse(&l, text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_uint_eq(l.s.nr_nodes, 2);
	ck_assert_uint_eq(l.s.nodes[0].node.size, 2 * GIB);
	node = &l.s.nodes[1];
	ck_assert_uint_eq(node->number, 1);
	ck_assert_uint_eq(node->node.size, nodes[_i].memory);
	ck_assert_uint_eq(node->node.llcs, nodes[_i].llcs);
	assert_text(&l, "host", nodes[_i].host);
	assert_text(&l, "policy", nodes[_i].policy);
	line_end(&l);
	free(text);
}
END_TEST

/* The words of placement are settings of the whole machine. */
static const struct {
	const char *text;
	const char *key, *value, *where;
} placements[] = {
	{ "--populate", "populate", "yes", "--populate" },
	{ "--populate=yes", "populate", "yes", "--populate" },
	{ "--populate=no", "populate", "no", "--populate" },
	{ "--pages 2M", "pages", "2M", "--pages" },
	{ "--pages=4k", "pages", "4k", "--pages" },
	{ "--pin core", "pin", "core", "--pin" },
	{ "--pin=0,2-3", "pin", "0,2-3", "--pin" },
	{ "--strict no", "strict", "no", "--strict" },
	{ "--performance", "pin", "core", "--performance" },
	{ "--performance", "pages", "2M", "--performance" },
	{ "--performance", "populate", "yes", "--performance" },
	{ "--performance", "strict", "yes", "--performance" },
	{ "--performance --pin=none", "pin", "none", "--pin" },
	/* In either order. */
	{ "--pin=none --performance", "pin", "none", "--pin" },
	{ "--pages 4k --performance", "pages", "4k", "--pages" },
	{ "--performance --pages 4k", "pages", "4k", "--pages" },
	{ "--performance --pages 4k", "pin", "core", "--performance" },
	{ "--populate=no --performance", "populate", "no", "--populate" },
	{ "--performance --performance", "pin", "core", "--performance" },
	{ "--pages 4k --performance --pages 1G", "pages", "1G", "--pages" },
};

START_TEST(placement_is_read)
{
	char *text = xasprintf("%s %s", _i % 2 ? "run" : "plan", placements[_i].text);
	const struct where *where;
	struct line l;

	line_parse(&l, text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	where = settings_where(&l.s, NULL, placements[_i].key);
	ck_assert_str_eq(text_of(&l.s, NULL, placements[_i].key), placements[_i].value);
	ck_assert_str_eq(where->name, placements[_i].where);
	ck_assert_int_eq(where->line, 0);
	line_end(&l);
	free(text);
}
END_TEST

START_TEST(proof_and_priority_are_read)
{
	struct line l;

	line_parse(&l, "run --verify full --realtime=98 --populate-threads=1024");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_int_eq(l.s.verify, VERIFY_FULL);
	ck_assert_uint_eq(l.s.realtime, 98);
	ck_assert_uint_eq(l.s.populate_threads, 1024);
	for (const struct key *key = keys; key->name; key++)
		if (key->in & KEY_IN_NODE)
			ck_assert_ptr_null(l.s.all.where[key - keys].name);
	line_end(&l);
	line_parse(&l, "run --performance");
	ck_assert_int_eq(l.s.verify, VERIFY_SAMPLE);
	ck_assert_str_eq(settings_where(&l.s, NULL, "verify")->name, "--performance");
	ck_assert_ptr_null(settings_where(&l.s, NULL, "realtime")->name);
	ck_assert_uint_eq(l.s.populate_threads, 0);
	line_end(&l);
}
END_TEST

START_TEST(node_takes_every_key)
{
	static const char *const names[] = { "host",	 "policy", "pages", "shared",
					     "populate", "strict", "pin" };
	static const char *const values[] = { "0,2", "bind", "2M", "yes", "no", "no", "1,3" };
	struct settings_node *node;
	struct line l;

	line_parse(&l, "plan --node host=0,2,policy=bind,pages=2M,shared=yes,populate=no,strict=no,"
		       "pin=1,3");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	node = &l.s.nodes[0];
	for (unsigned int i = 0; i < COUNT(names); i++) {
		ck_assert_str_eq(text_of(&l.s, node, names[i]), values[i]);
		ck_assert_str_eq(settings_where(&l.s, node, names[i])->name, "--node");
	}
	line_end(&l);
}
END_TEST

/* What is not of the machine may be repeated, so that a wrapper's flag can be overridden. */
START_TEST(some_are_taken_twice)
{
	struct line l;

	line_parse(&l, "plan --json -a x --json --node memory=1G -a y --node llcs=1 --timeout 1 "
		       "--timeout 2s");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_uint_eq(l.s.timeout_ns, 2000000000);
	ck_assert_str_eq(l.s.append, "x y");
	ck_assert_uint_eq(l.s.nr_nodes, 2);
	line_end(&l);
}
END_TEST

START_TEST(distances_are_read)
{
	struct line l;

	line_parse(&l, "plan --distance 0,1=21 --distance=12,3=255");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_uint_eq(l.s.nr_pairs, 2);
	ck_assert_uint_eq(l.s.pairs[0].a, 0);
	ck_assert_uint_eq(l.s.pairs[0].b, 1);
	ck_assert_int_eq(l.s.pairs[0].value, 21);
	ck_assert_uint_eq(l.s.pairs[1].a, 12);
	ck_assert_uint_eq(l.s.pairs[1].b, 3);
	ck_assert_int_eq(l.s.pairs[1].value, 255);
	line_end(&l);
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
	/* A value of its own comes after "=". */
	{ "run --populate no", "unexpected argument \"no\": see numavm run -h" },
	{ "run --populate-threads 0", "--populate-threads: \"0\": must be a whole number from 1" },
	{ "run --populate-threads 1025", "to 1024" },
	{ "run --realtime 0", "--realtime: \"0\": must be a whole number from 1 to 98" },
	{ "run --realtime 99", "1 to 98" },
	{ "run --realtime", "option --realtime needs a value" },
	{ "run --pages", "option --pages needs a value" },
	{ "run --pin", "option --pin needs a value" },
	{ "run --strict", "option --strict needs a value" },
	{ "run --verify", "option --verify needs a value" },
	{ "run --performance=yes", "--performance" },
	{ "run --node host=,memory=1G", "--node: host = \"\": must be a list" },
	{ "run --node host=0,host=1", "--node: host is given twice" },
	{ "run --node memory=1G,pin=core,pin=0", "--node: pin is given twice" },
	{ "run --node memory=1G,memory=1G", "--node: memory is given twice" },
	{ "run --node llcs=1,llcs=1", "--node: llcs is given twice" },
	{ "run vmlinuz", "unexpected argument \"vmlinuz\"" },
	/* A command without its "--". */
	{ "run ls -l", "unexpected argument \"ls\": see numavm run -h, or put -- before" },
	{ "run -m 1", "-m: size \"1\"" },
	{ "run -m 0M", "-m: size" },
	{ "run --timeout 0", "--timeout: time \"0\"" },
	{ "run --timeout soon", "--timeout: time \"soon\"" },
	{ "run --boot warm", "--boot: \"warm\": must be packed or unpacked" },
	{ "run --cores 0", "--cores: \"0\": must be a whole number from 1 to 8192" },
	{ "run --cores 8193", "8192" },
	{ "run --threads x", "--threads: \"x\"" },
	{ "run --packages 1025", "1024" },
	{ "run --node memory", "--node \"memory\": must be KEY=VALUE" },
	{ "run --node =1G", "--node: no key \"\"" },
	{ "run --node size=1G", "--node: no key \"size\": use memory, llcs, host" },
	{ "run --node memory=1G,size=1G", "--node: no key \"size\"" },
	{ "run --node memory=1", "--node: memory = size \"1\"" },
	{ "run --node memory=1G,2G", "--node: memory = size \"1G,2G\"" },
	{ "run --node llcs=8193", "--node: llcs = \"8193\": must" },
	{ "run --node llcs=", "--node: llcs = \"\": must" },
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
	{ "run -c a -c b", "-c is given twice" },
	{ "run -c a --config=a", "-c is given twice" },
	{ "run --topology 1n1l1c1t --topology 1n1l1c1t", "--topology is given twice" },
	{ "run -m 1G --memory 2G", "-m is given twice" },
	{ "run --cores 2 --cores 2", "--cores is given twice" },
	{ "tables -o", "option -o needs a value: see numavm tables -h" },
	{ "tables x -o d", "unexpected argument \"x\": see numavm tables -h" },
};

START_TEST(mistake_is_refused)
{
	struct line l;

	line_parse(&l, mistakes[_i].text);
	ck_assert_msg(l.ret == -1, "taken: %s", mistakes[_i].text);
	ck_assert_msg(strstr(l.err.text, mistakes[_i].says) != NULL, "%s", l.err.text);
	line_end(&l);
}
END_TEST

static const struct {
	const char *text;
	const char *verb;
	bool help, version;
} asked[] = {
	{ "-h", NULL, true, false },
	{ "--help", NULL, true, false },
	{ "--version", NULL, false, true },
	{ "run -h", "run", true, false },
	{ "plan --help", "plan", true, false },
	{ "tables -h", "tables", true, false },
	{ "run x -h", "run", true, false },
	{ "run -v -h", "run", true, false },
	{ "run -h --", "run", true, false },
	{ "run -h -- x", "run", true, false },
};

START_TEST(help_and_version)
{
	struct line l;

	line_parse(&l, asked[_i].text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_pstr_eq(l.verb ? l.verb->name : NULL, asked[_i].verb);
	ck_assert_int_eq(l.s.help, asked[_i].help);
	ck_assert_int_eq(l.s.version, asked[_i].version);
	line_end(&l);
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
	tcase_add_test(tc, some_are_taken_twice);
	tcase_add_test(tc, distances_are_read);
	tcase_add_loop_test(tc, mistake_is_refused, 0, COUNT(mistakes));
	tcase_add_loop_test(tc, help_and_version, 0, COUNT(asked));
	suite_add_tcase(s, tc);
	return s;
}
