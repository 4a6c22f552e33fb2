// SPDX-License-Identifier: MIT
/* Placement keys, in the file and as flags, and the placements that become of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/combine.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define TWO_NODES                                          \
	"node 0 { memory = 1G\n llcs = 1\n host = 0\n }\n" \
	"node 1 { memory = 1G\n pages = 4k\n pin = 0-1\n strict = no\n }\n"

/* Each node as "POLICY HOST PAGES FLAGS PIN"; flags: p populated, s shared, l not strict. */
static void describe(const struct topology *t, char *text, size_t size)
{
	static const char *const pins[] = { "node", "core", "none" };
	FILE *file = fmemopen(text, size, "w");

	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		const struct placement *p = &t->nodes[i].placement;

		fprintf(file, "%s%s %s %s -%s%s%s %s", i ? "; " : "",
			placement_policy_name(p->policy), p->host ? p->host : "any",
			placement_pages_name(p->pages), p->populate ? "p" : "",
			p->shared ? "s" : "", !p->strict ? "l" : "",
			p->pin == PLACEMENT_PIN_LIST ? p->cpus : pins[p->pin]);
	}
	fclose(file);
}

static const struct {
	const char *file, *flags, *want;
} placements[] = {
	{ "", "", "default any thp - node" },
	/* What a key brings with it. */
	{ "host = 0", "", "bind 0 thp -p node" },
	{ "host = \"0,2-3\"\npolicy = interleave", "", "interleave 0,2-3 thp -p node" },
	{ "host = 0\npopulate = no", "", "bind 0 thp - node" },
	{ "policy = local", "", "local any thp -p node" },
	{ "policy = default", "", "default any thp - node" },
	{ "pages = 2M", "", "default any 2M -p node" },
	{ "pages = 1G", "", "default any 1G -p node" },
	{ "pages = 4k", "", "default any 4k - node" },
	{ "pages = auto", "", "default any auto -p node" },
	{ "populate = yes", "", "default any thp -p node" },
	{ "shared = yes", "", "default any thp -s node" },
	{ "shared = no\nstrict = yes\npopulate = no", "", "default any thp - node" },
	{ "strict = no", "", "default any thp -l node" },
	{ "pin = core", "", "default any thp - core" },
	{ "pin = none", "", "default any thp - none" },
	{ "pin = node", "", "default any thp - node" },
	{ "pin = \"0,2-3\"", "", "default any thp - 0,2-3" },
	/* The machine's are for every node. */
	{ "topology = 2n2l1c1t\nhost = 0\npin = core", "",
	  "bind 0 thp -p core; bind 0 thp -p core" },
	/* A node's own beat the machine's. */
	{ TWO_NODES, "", "bind 0 thp -p node; default any 4k -l 0-1" },
	{ TWO_NODES "pages = 2M\npin = none\nstrict = yes\n", "",
	  "bind 0 2M -p none; default any 4k -l 0-1" },
	{ TWO_NODES "host = 1\n", "", "bind 0 thp -p node; bind 1 4k -pl 0-1" },
	{ TWO_NODES "policy = interleave\nhost = 3", "",
	  "interleave 0 thp -p node; interleave 3 4k -pl 0-1" },
	/* A flag beats both. */
	{ TWO_NODES, "--pages 2M", "bind 0 2M -p node; default any 2M -pl 0-1" },
	{ TWO_NODES "pin = none\n", "--pin=core", "bind 0 thp -p core; default any 4k -l core" },
	{ TWO_NODES "strict = no\n", "--strict=yes", "bind 0 thp -p node; default any 4k - 0-1" },
	{ TWO_NODES "strict = yes\n", "--strict=no", "bind 0 thp -pl node; default any 4k -l 0-1" },
	{ TWO_NODES, "--populate", "bind 0 thp -p node; default any 4k -pl 0-1" },
	{ TWO_NODES "populate = yes\n", "--populate=no",
	  "bind 0 thp - node; default any 4k -l 0-1" },
	{ "", "--pages=auto --pin=0-1,3 --populate=yes", "default any auto -p 0-1,3" },
	{ TWO_NODES, "--performance", "bind 0 2M -p core; default any 2M -p core" },
	/* A flag of its own counts, in either order. */
	{ "", "--performance --pin=none", "default any 2M -p none" },
	{ "", "--pages=4k --performance", "default any 4k -p core" },
	{ "", "--performance --pages=4k", "default any 4k -p core" },
	/* Nodes as flags. */
	{ "", "--node memory=1G,llcs=1,host=0,1,pages=2M,pin=0,2-3,strict=no,shared=yes",
	  "bind 0,1 2M -psl 0,2-3" },
	{ "", "--node memory=1G,llcs=1,populate=yes,policy=local --node memory=1G",
	  "local any thp -p node; default any thp - node" },
	{ "pages = 4k\n", "--node memory=1G,llcs=1 --node memory=1G,pages=thp",
	  "default any 4k - node; default any thp - node" },
	{ TWO_NODES, "--topology 1n1l1c1t", "default any thp - node" },
};

START_TEST(placement_is_made)
{
	struct topology t;
	struct settings s;
	struct error err;
	char text[300];

	combine(&s, placements[_i].file, placements[_i].flags);
	ck_assert_msg(!settings_topology(&s, &t, &err), "%s", err.text);
	describe(&t, text, sizeof(text));
	ck_assert_str_eq(text, placements[_i].want);
	topology_free(&t);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *file, *flags;
	const char *says; /* from the first letter on */
} mistakes[] = {
	{ "pages = 2M\npopulate = no\n", "", "m.conf:2: pages = 2M needs populate = yes" },
	{ "populate = no\npages = 1G\n", "", "m.conf:1: pages = 1G needs populate = yes" },
	{ "pages = 2M\n", "--populate=no", "--populate: pages = 2M needs populate = yes" },
	{ "populate = no\n", "--pages=2M", "m.conf:1: pages = 2M needs populate = yes" },
	{ "", "--performance --populate=no", "--populate: pages = 2M needs" },
	{ "node 0 { memory = 1G\n llcs = 1\n pages = 2M\n populate = no }\n", "",
	  "m.conf:4: pages = 2M needs" },
	{ "\npages = 3M\n", "", "m.conf:2: pages \"3M\": must be thp, 4k, 2M, 1G or auto" },
	{ "", "--pages=2m", "--pages: pages \"2m\": must be" },
	{ "\npolicy = fly\n", "", "m.conf:2: policy \"fly\": must be bind" },
	{ "populate = yes\nhost = \"0,1\"\npolicy = preferred\n", "",
	  "m.conf:3: policy = preferred" },
	{ "host = \"0,1\"\npolicy = preferred\n", "",
	  "m.conf:2: policy = preferred takes one host node, not \"0,1\": use preferred-many" },
	{ "\npolicy = interleave\n", "", "m.conf:2: policy = interleave needs host nodes" },
	{ "cores = 1\nhost = \"1-0\"\n", "",
	  "m.conf:2: host = \"1-0\": must be a list such as 0,2-3" },
	{ "host = \"0-\"\n", "", "m.conf:1: host = \"0-\"" },
	{ "host = \"0,,1\"\n", "", "m.conf:1: host = \"0,,1\"" },
	{ "host = \"!+!+0\"\n", "", "m.conf:1: host = \"!+!+0\"" },
	{ "host = \"4294967296\"\n", "", "m.conf:1: host = \"4294967296\"" },
	{ "pin = \"4294967296\"\n", "", "m.conf:1: pin = \"4294967296\": must be" },
	{ "pin = \"0-4294967297\"\n", "", "m.conf:1: pin = \"0-4294967297\": must be" },
	{ "pin = \"1-0\"\n", "", "m.conf:1: pin = \"1-0\": must be" },
	{ "pin = \"0,\"\n", "", "m.conf:1: pin = \"0,\": must be" },
	{ "host = 0\npolicy = local\n", "", "m.conf:2: host = \"0\" has no meaning" },
	{ "\npopulate = maybe\n", "", "m.conf:2: " },
	{ "\npopulate = Yes\n", "", "m.conf:2: " },
	{ "\nshared = 1\n", "", "m.conf:2: " },
	{ "\nstrict = \"\"\n", "", "m.conf:2: " },
	{ "", "--populate=", "--populate: populate = \"\": must be yes or no" },
	{ "", "--strict=maybe", "--strict: strict = \"maybe\": must be yes or no" },
	{ "", "--node memory=1G,llcs=1,shared=maybe", "--node: " },
	{ "node 0 { memory = 1G\n llcs = 1\n shared = on }\n", "", "m.conf:3: " },
};

START_TEST(mistake_names_its_place)
{
	struct topology t = { 0 };
	struct settings s;
	struct error err = { 0 };

	ck_assert_msg(try_combine(&s, mistakes[_i].file, mistakes[_i].flags, &err) ||
			      settings_topology(&s, &t, &err),
		      "taken: %s", mistakes[_i].says);
	ck_assert_msg(strstr(err.text, mistakes[_i].says) == err.text, "%s", err.text);
	ck_assert_uint_gt(strlen(err.text), strlen("m.conf:2: "));
	ck_assert_ptr_null(t.nodes);
	settings_free(&s);
}
END_TEST

START_TEST(machine_s_own_flags_beat_the_file)
{
	struct settings s;

	combine(&s, "verify = no\nrealtime = 5\n", "");
	ck_assert_int_eq(s.verify, VERIFY_NO);
	ck_assert_uint_eq(s.realtime, 5);
	settings_free(&s);
	combine(&s, "verify = no\nrealtime = 5\n", "--verify=full --realtime=7");
	ck_assert_int_eq(s.verify, VERIFY_FULL);
	ck_assert_uint_eq(s.realtime, 7);
	settings_free(&s);
	combine(&s, "verify = no\n", "--performance");
	ck_assert_int_eq(s.verify, VERIFY_SAMPLE);
	settings_free(&s);
}
END_TEST

Suite *settings_place_suite(void)
{
	Suite *s = suite_create("settings_place");
	TCase *tc = tcase_create("settings_place");

	tcase_add_loop_test(tc, placement_is_made, 0, COUNT(placements));
	tcase_add_loop_test(tc, mistake_names_its_place, 0, COUNT(mistakes));
	tcase_add_test(tc, machine_s_own_flags_beat_the_file);
	suite_add_tcase(s, tc);
	return s;
}
