// SPDX-License-Identifier: MIT
/* The plan, for people and for programs: it says what was declared, and what this host lacks. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "tests/unit/combine.h"
#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/plan/plan.h"

struct planned {
	struct settings s;
	struct arch_host host;
	struct machine machine;
	struct plan plan;
};

static void make(struct planned *p, const char *file)
{
	struct error err = { 0 };

	combine(&p->s, file, "");
	ck_assert_msg(!settings_topology(&p->s, &p->machine.topology, &err), "%s", err.text);
	ck_assert_int_eq(layout_build(&p->machine.topology, &space_x86, &p->machine.layout, &err),
			 0);
	arch_host_probe(&p->host);
	p->machine.host = &p->host;
	/* What no table can describe has a plan all the same, for this test. */
	arch_memory_map(&p->machine, &p->machine.map, &err);
	plan_make(&p->plan, &p->machine);
}

static void end(struct planned *p)
{
	plan_free(&p->plan);
	machine_free(&p->machine);
	settings_free(&p->s);
}

/* What @print prints; to be freed. */
static char *printed(const struct plan *plan, void (*print)(const struct plan *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	print(plan, file);
	fclose(file);
	return text;
}

static json_t *as_json(const struct plan *plan)
{
	char *text = printed(plan, plan_print_json);
	json_error_t fault;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &fault);

	ck_assert_msg(json != NULL, "%s", fault.text);
	free(text);
	return json;
}

/* 2 CPUs per node with caches, node 1 split at 3 GiB, node 2 of memory alone. */
static const char machine[] =
	"cores = 2\n"
	"pages = 4k\n"
	"node 0 { memory = 2G\n llcs = 1\n host = 0\n populate = no\n }\n"
	"node 1 { memory = 2G\n llcs = 1\n strict = no\n pin = none\n shared = yes }\n"
	"node 2 { memory = 128M\n pin = \"0,2-3\" }\n"
	"distances = { 10, 21, 31, 21, 10, 41, 31, 41, 10 }\n";

/* Parts of the JSON, by JSON Pointer's idea: member or index after member or index. */
static const struct {
	const char *path, *value;
} members[] = {
	{ "nodes 0", "{\"node\":0,\"cpus\":[0,1],\"memory\":2147483648,\"host\":[0],"
		     "\"policy\":\"bind\",\"pages\":\"4k\",\"populate\":false,\"strict\":true,"
		     "\"pin\":\"node\",\"shared\":false,\"page_size\":4096,\"llcs\":1}" },
	{ "nodes 1", "{\"node\":1,\"cpus\":[2,3],\"memory\":2147483648,\"host\":[],"
		     "\"policy\":\"default\",\"pages\":\"4k\",\"populate\":false,"
		     "\"strict\":false,\"pin\":\"none\",\"shared\":true}" },
	{ "nodes 2", "{\"node\":2,\"cpus\":[],\"memory\":134217728,\"llcs\":0,\"pin\":\"0,2-3\"}" },
	{ "ranges 0", "{\"node\":0,\"gpa\":0,\"size\":2147483648,\"slot\":0,\"offset\":0}" },
	{ "ranges 1", "{\"node\":1,\"gpa\":2147483648,\"size\":1073741824,\"slot\":1,"
		      "\"offset\":2147483648}" },
	{ "ranges 2", "{\"node\":1,\"gpa\":4294967296,\"size\":1073741824,\"slot\":2,"
		      "\"offset\":3221225472}" },
	{ "ranges 3", "{\"node\":2,\"gpa\":5368709120,\"size\":134217728,\"slot\":3,"
		      "\"offset\":4294967296}" },
	{ "distances", "[[10,21,31],[21,10,41],[31,41,10]]" },
	{ "cpus 3", "{\"cpu\":3,\"node\":1,\"package\":1,\"llc\":1,\"core\":3,\"thread\":0}" },
	{ "fits", "true" },
};

static json_t *at(json_t *json, const char *path)
{
	char *copy = xstrdup(path), *rest = copy, *word;

	while ((word = strsep(&rest, " ")))
		json = json_is_array(json) ? json_array_get(json, atoi(word))
					   : json_object_get(json, word);
	free(copy);
	return json;
}

static bool has_all(json_t *got, json_t *want)
{
	const char *key;
	json_t *value;

	if (!json_is_object(want))
		return json_equal(got, want);
	json_object_foreach(want, key,
			    value) if (!json_equal(json_object_get(got, key), value)) return false;
	return true;
}

START_TEST(json_says_what_was_declared)
{
	struct planned p = { 0 };
	json_t *json, *want = json_loads(members[_i].value, JSON_DECODE_ANY, NULL);
	char *dump;

	make(&p, machine);
	json = as_json(&p.plan);
	dump = json_dumps(json, JSON_COMPACT);
	ck_assert_ptr_nonnull(want);
	ck_assert_msg(has_all(at(json, members[_i].path), want), "%s: %s", members[_i].path, dump);
	ck_assert_uint_eq(json_array_size(at(json, "nodes")), 3);
	ck_assert_uint_eq(json_array_size(at(json, "ranges")), 4);
	ck_assert_uint_eq(json_array_size(at(json, "cpus")), 4);
	ck_assert_str_eq(json_string_value(at(json, "arch")), arch_name);
	free(dump);
	json_decref(want);
	json_decref(json);
	end(&p);
}
END_TEST

/* No byte of RAM is lost between the ranges and the firmware's map, where there is one. */
START_TEST(map_covers_the_ranges)
{
	bool has_map = strcmp(arch_name, "x86_64") == 0;
	struct planned p = { 0 };
	json_int_t last = 0;
	size_t i;
	json_t *json, *entry;

	make(&p, machine);
	json = as_json(&p.plan);
	ck_assert_int_eq(json_array_size(at(json, "e820")) > 2, has_map);
	json_array_foreach(at(json, "e820"), i, entry)
	{
		json_int_t start = json_integer_value(json_object_get(entry, "start"));

		ck_assert_int_ge(start, last);
		last = start + json_integer_value(json_object_get(entry, "size"));
	}
	ck_assert_int_eq(last, has_map ? 5 * GIB + 128 * MIB : 0);
	json_decref(json);
	end(&p);
}
END_TEST

static const char *const lines[] = {
	"\n 0 2G 0-1 0 (bind) 4k no node\n",
	"\n 1 2G 2-3 any (default) 4k no none\n",
	"\n 2 128M - any (default) 4k no 0,2-3\n",
	"\n 1 1 0x000080000000-0x0000bfffffff 1G any (default)\n",
	"\n 2 1 0x000100000000-0x00013fffffff 1G any (default)\n",
	"\n 0: 10 21 31\n 1: 21 10 41\n 2: 31 41 10\n",
};

/* How wide the columns are does not matter. */
static void squeeze(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ' || text[1] != ' ')
			*to++ = *text;
	*to = 0;
}

START_TEST(text_has_each_node)
{
	struct planned p = { 0 };
	char *text;

	make(&p, machine);
	text = printed(&p.plan, plan_print);
	squeeze(text);
	ck_assert_msg(strstr(text, lines[_i]) != NULL, "%s", text);
	free(text);
	end(&p);
}
END_TEST

/* A value of a hundred kilobytes makes no line of that length. */
START_TEST(long_values_are_shortened)
{
	char *list = xcalloc(100000, 1), *file, *text;
	struct planned p = { 0 };
	size_t longest = 0;

	for (unsigned int i = 0; i < 99998; i += 2)
		memcpy(list + i, i ? ",0" : "00", 2);
	file = xasprintf("pin = \"%s\"\nhost = \"%s,9999999\"\n", list, list);
	make(&p, file);
	text = printed(&p.plan, plan_print);
	ck_assert_ptr_nonnull(strstr(text, "0,0,0... (bind)"));
	ck_assert_ptr_nonnull(strstr(text, "0,0,0...\n"));
	ck_assert_ptr_nonnull(strstr(text, "0,0,9999999\": must be a list such as"));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		longest = strcspn(line, "\n") > longest ? strcspn(line, "\n") : longest;
	ck_assert_uint_lt(longest, 600);
	free(text);
	free(file);
	free(list);
	end(&p);
}
END_TEST

static const struct {
	const char *file;
	const char *says; /* NULL: no warning of ours */
	bool fits; /* a host with as much memory */
} warnings[] = {
	{ "topology = 2n2l1c1t\nmemory = 256M\n", NULL, true },
	{ "topology = 2n2l1c1t\nmemory = 192M\n", "node 1 begins at 0x6000000, inside", true },
	{ "topology = 4n4l1c1t\nmemory = 256M\n", "as do 1 more", true },
	{ "node 0 { memory = 40G\n llcs = 1 }\nnode 1 { memory = 1920M }\nnode 2 { memory = 2176M "
	  "}\n",
	  NULL, true },
	{ "memory = 1024T\n",
	  "run would fail on this host now: memory: 1073741824 MiB are more than the", false },
	{ "memory = 512M\nhost = 1023\n",
	  "run would fail on this host now: node 0: host nodes \"1023\"", false },
	{ "memory = 512M\nhost = 1023\nstrict = no\n", "node 0 will not be as declared: host",
	  true },
	{ "memory = ALL\nhost = 0\n", "run would fail on this host now: node 0: needs ALL", false },
	{ "memory = ALL\npages = 2M\n", "run would fail on this host now: node 0: needs ALL",
	  false },
	{ "topology = 1n1l8192c1t\npin = core\n",
	  "run would fail on this host now: node 0: pin = core: 8192 vCPUs", false },
	{ "memory = 511M\npages = 2M\n", "node 0: 511 MiB cannot be made", false },
	/*
	 * x86-64's alone; arch_node_min_size tells. From 64 GiB on blocks are of 2 GiB, if that
	 * fits.
	 */
	{ "node 0 { llcs = 1 }\nnode 1 { memory = 2M }\nnode 2 { memory = 64M }\n",
	  "node 1 has less than 4M", true },
	{ "node 0 { memory = 1M llcs = 1}\n"
	  "node 1 { memory = 64M }\nnode 2 { memory = 3M }\nnode 3 { memory = 2M }\n",
	  "nodes 0,2-3 have less than 4M", true },
	{ "node 0 { memory = 40G\n llcs = 1 }\nnode 1 { memory = 1920M }\nnode 2 { memory = 86144M "
	  "}\n",
	  "node 2 begins at 0xab8000000, inside of a memory block of the guest's (1G)", true },
};

/* ALL is as many MiB as this host has, which are never all free. */
static char *with_all(const char *text, const char *unit)
{
	const char *all = strstr(text, "ALL");

	if (!all)
		return xstrdup(text);
	return xasprintf("%.*s%llu%s%s", (int)(all - text), text,
			 (unsigned long long)host_mib() & ~1ULL, unit, all + 3);
}

START_TEST(host_is_warned_of)
{
	struct planned p = { 0 };
	json_t *json;
	char *text, *file = with_all(warnings[_i].file, "M");
	char *says = warnings[_i].says ? with_all(warnings[_i].says, " MiB") : NULL;
	bool fits;

	make(&p, file);
	json = as_json(&p.plan);
	text = printed(&p.plan, plan_print);
	fits = warnings[_i].fits && p.machine.layout.size <= host_mib() * MIB;
	ck_assert_int_eq(json_is_true(at(json, "fits")), fits);
	/* Nobody has to wait for a plan that is only shown. */
	ck_assert_int_eq(p.plan.fit.lock, -1);
	ck_assert_int_eq(strstr(text, "would fail") == NULL && strstr(text, "cannot") == NULL,
			 fits);
	if (says)
		ck_assert_msg(strstr(text, says) && strstr(text, "\nwarning: "), "%s", text);
	else
		ck_assert_msg(!strstr(text, "begins at"), "%s", text);
	ck_assert_uint_eq(json_array_size(at(json, "warnings")), p.plan.nr_warnings);
	for (unsigned int i = 0; i < p.plan.nr_warnings; i++)
		ck_assert_str_eq(json_string_value(json_array_get(at(json, "warnings"), i)),
				 p.plan.warnings[i]);
	json_decref(json);
	free(text);
	free(says);
	free(file);
	end(&p);
}
END_TEST

/* What run would ask of /dev/kvm. */
START_TEST(kvm_is_asked)
{
	struct planned p = { 0 };
	json_t *json;
	char *text;

	make(&p, "topology = 1n1l8192c1t\n");
	json = as_json(&p.plan);
	text = printed(&p.plan, plan_print);
	ck_assert(json_is_false(at(json, "fits")));
	ck_assert_msg(strstr(text, "warning: run would fail on this host now: 8192 CPUs are more "
				   "than the"),
		      "%s", text);
	json_decref(json);
	free(text);
	end(&p);
}
END_TEST

Suite *plan_suite(void)
{
	Suite *s = suite_create("plan");
	TCase *tc = tcase_create("plan");
	const TTest *const with_kvm[] = { kvm_is_asked };

	if (numa_available() < 0) {
		skip_test("plan", "this kernel has no NUMA policy");
	} else {
		tcase_add_loop_test(tc, json_says_what_was_declared, 0, COUNT(members));
		tcase_add_loop_test(tc, text_has_each_node, 0, COUNT(lines));
		tcase_add_test(tc, long_values_are_shortened);
		tcase_add_loop_test(tc, host_is_warned_of, 0,
				    COUNT(warnings) - (arch_node_min_size ? 0 : 3));
	}
	tcase_add_test(tc, map_covers_the_ranges);
	add_or_skip(tc, with_kvm, COUNT(with_kvm), kvm_missing());
	suite_add_tcase(s, tc);
	return s;
}
