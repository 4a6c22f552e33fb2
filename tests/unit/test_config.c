// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/xalloc.h"
#include "tests/unit/combine.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/cli/config.h"

static const char full[] = "# a machine\n"
			   "kernel = vmlinuz\n"
			   "initrd = \"/boot/initrd.img\"\n"
			   "cmdline = \"console=ttyS0 quiet\"\n"
			   "cores = 4\n"
			   "threads = 2\n"
			   "packages = 1\n"
			   "memory = 3G\n"
			   "node 1 { memory = 1G }\n"
			   "node 0 {\n"
			   "	memory = 2G\n"
			   "	llcs = 2\n"
			   "	host = \"0,2-3\"\n"
			   "	policy = bind\n"
			   "}\n"
			   "distances = { 10, 21,\n"
			   "	22, 10 }\n";

START_TEST(all_keys_are_read)
{
	struct settings s;
	struct error err = { 0 };

	ck_assert_msg(!config_parse("a/m.conf", full, &s, &err), "%s", err.text);
	ck_assert_str_eq(s.kernel, "a/vmlinuz");
	ck_assert_str_eq(s.initrd, "/boot/initrd.img");
	ck_assert_str_eq(s.cmdline, "console=ttyS0 quiet");
	ck_assert_uint_eq(s.cores, 4);
	ck_assert_uint_eq(s.threads, 2);
	ck_assert_uint_eq(s.packages, 1);
	ck_assert_uint_eq(s.memory, 3 * GIB);
	ck_assert_ptr_null(settings_where(&s, NULL, "topology")->name);
	ck_assert_ptr_null(settings_where(&s, NULL, "append")->name);
	ck_assert_uint_eq(s.nr_nodes, 2);
	ck_assert_uint_eq(s.nodes[0].number, 0);
	ck_assert_uint_eq(s.nodes[0].node.size, 2 * GIB);
	ck_assert_uint_eq(s.nodes[0].node.llcs, 2);
	ck_assert_str_eq(s.nodes[0].node.placement.host, "0,2-3");
	ck_assert_str_eq(text_of(&s, &s.nodes[0], "policy"), "bind");
	ck_assert_uint_eq(s.nodes[1].node.size, GIB);
	ck_assert_ptr_null(settings_where(&s, &s.nodes[1], "llcs")->name);
	ck_assert_uint_eq(s.nr_distances, 4);
	ck_assert(s.distances[0].value == 10 && s.distances[1].value == 21 &&
		  s.distances[2].value == 22 && s.distances[3].value == 10);
	settings_free(&s);
	ck_assert_ptr_null(s.nodes);
}
END_TEST

START_TEST(values_know_their_lines)
{
	struct settings s;
	struct error err;

	ck_assert_int_eq(config_parse("m.conf", full, &s, &err), 0);
	ck_assert_str_eq(settings_where(&s, NULL, "kernel")->name, "m.conf");
	ck_assert_int_eq(settings_where(&s, NULL, "kernel")->line, 2);
	ck_assert_int_eq(settings_where(&s, NULL, "memory")->line, 8);
	ck_assert_int_eq(settings_where(&s, &s.nodes[1], "memory")->line, 9);
	ck_assert_int_eq(settings_where(&s, &s.nodes[0], "memory")->line, 11);
	ck_assert_int_eq(settings_where(&s, &s.nodes[0], "host")->line, 13);
	ck_assert_int_eq(s.distances[3].where.line, 17);
	settings_free(&s);
}
END_TEST

static const char placed[] = "host = all\n"
			     "policy = interleave\n"
			     "pages = 2M\n"
			     "shared = yes\n"
			     "populate = yes\n"
			     "strict = no\n"
			     "pin = \"0,2-3\"\n"
			     "verify = full\n"
			     "realtime = 98\n"
			     "node 0 {\n"
			     "	host = 0\n"
			     "	policy = bind\n"
			     "	pages = 4k\n"
			     "	shared = no\n"
			     "	populate = no\n"
			     "	strict = yes\n"
			     "	pin = core\n"
			     "}\n";

START_TEST(placement_keys_are_read)
{
	static const char *const names[] = { "host",	 "policy", "pages", "shared",
					     "populate", "strict", "pin" };
	static const char *const machine[] = { "all", "interleave", "2M",   "yes",
					       "yes", "no",	    "0,2-3" };
	static const char *const node[] = { "0", "bind", "4k", "no", "no", "yes", "core" };
	struct settings s;
	struct error err;

	ck_assert_msg(!config_parse("m.conf", placed, &s, &err), "%s", err.text);
	for (unsigned int i = 0; i < COUNT(names); i++) {
		ck_assert_str_eq(text_of(&s, NULL, names[i]), machine[i]);
		ck_assert_int_eq(settings_where(&s, NULL, names[i])->line, 1 + i);
		ck_assert_str_eq(text_of(&s, &s.nodes[0], names[i]), node[i]);
		ck_assert_int_eq(settings_where(&s, &s.nodes[0], names[i])->line, 11 + i);
	}
	ck_assert_int_eq(s.verify, VERIFY_FULL);
	ck_assert_int_eq(settings_where(&s, NULL, "verify")->line, 8);
	ck_assert_uint_eq(s.realtime, 98);
	ck_assert_int_eq(settings_where(&s, NULL, "realtime")->line, 9);
	settings_free(&s);
}
END_TEST

/* Comments of three kinds, and what looks like one. */
START_TEST(comments_are_none)
{
	static const char text[] = "# a\n"
				   "kernel = /boot//x # y }\n"
				   "/* z {\n"
				   " */ cmdline = \"a#b // c\"\n"
				   "cores = 2 // \"c\n"
				   "threads = 2\n";
	struct settings s;
	struct error err;

	ck_assert_msg(!config_parse("m.conf", text, &s, &err), "%s", err.text);
	ck_assert_str_eq(s.kernel, "/boot//x");
	ck_assert_int_eq(settings_where(&s, NULL, "kernel")->line, 2);
	ck_assert_str_eq(s.cmdline, "a#b // c");
	ck_assert_int_eq(settings_where(&s, NULL, "cmdline")->line, 4);
	ck_assert_int_eq(settings_where(&s, NULL, "cores")->line, 5);
	ck_assert_int_eq(settings_where(&s, NULL, "threads")->line, 6);
	settings_free(&s);
}
END_TEST

START_TEST(empty_is_nothing_set)
{
	static const char *const texts[] = { "", "\n\n", "# only words\n" };
	struct settings s;
	struct error err;

	for (unsigned int i = 0; i < COUNT(texts); i++) {
		ck_assert_msg(!config_parse("m.conf", texts[i], &s, &err), "%s", err.text);
		ck_assert(!settings_where(&s, NULL, "kernel")->name && !s.nr_nodes &&
			  !settings_where(&s, NULL, "memory")->name);
		settings_free(&s);
	}
}
END_TEST

static const struct {
	const char *text;
	int line;
	const char *says;
} mistakes[] = {
	{ "colour = red\n", 1,
	  "no key \"colour\": use kernel, initrd, cmdline, memory, topology, node, distances, " },
	{ "cores = 1\nthread = 2", 2, "pin or realtime" },
	{ "memory = 1G\n\ncolour = red\n", 3, "no key \"colour\": use" },
	{ "node 0 { memory = 1G\n size = 2G }\n", 2,
	  "no key \"size\": use memory, llcs, host, policy, pages, shared, populate, strict or "
	  "pin" },
	{ "memory = 1G\nmemory = 2G\n", 2, "memory is given twice, first on line 1" },
	{ "node 0 { memory = 1G\n memory = 2G\n }\n", 2, "given twice, first on line 1" },
	{ "kernel = a\nkernel = b\n", 2, "kernel is given twice" },
	{ "cores = 1\ncores = 1\n", 2, "cores is given twice" },
	{ "distances = {10}\ndistances = {10}\n", 2, "distances is given twice, first on line 1" },
	{ "distances = {10}\ndistances = {10, 20}\n", 2, "distances is given twice" },
	{ "distances = {10, 20}\ndistances = {10}\n", 2, "distances is given twice" },
	{ "# one\n/* two\n */ memory = 1G # three\ncolour = red\n", 4, "no key \"colour\"" },
	{ "pages = 2M\npages = 4k\n", 2, "pages is given twice, first on line 1" },
	{ "node 0 {\n pin = core\n\n pin = node\n }\n", 4, "pin is given twice, first on line 2" },
	{ "verify = no\nverify = no\n", 2, "verify is given twice" },
	{ "realtime = 0\n", 1, "realtime = \"0\": must be a whole number from 1 to 98" },
	{ "\nrealtime = 99\n", 2, "1 to 98" },
	{ "realtime = 1\nrealtime = 1\n", 2, "realtime is given twice" },
	{ "node 0 { verify = no }\n", 1,
	  "no key \"verify\" of a node, which \"}\" ends: use memory" },
	{ "node 0 {\n realtime = 1 }\n", 2, "no key \"realtime\"" },
	{ "memory = 512\n", 1, "memory = size \"512\": must end in" },
	{ "memory = lots\n", 1, "as in 512M" },
	{ "\nmemory = 0M\n", 2, "1M at least" },
	{ "memory = 1023K\n", 1, "whole MiB" },
	{ "cores = 0\n", 1, "cores = \"0\": must be a whole number from 1 to 8192" },
	{ "cores = 8193\n", 1, "8192" },
	{ "cores = -1\n", 1, "whole number" },
	{ "threads = two\n", 1, "whole number" },
	{ "packages = 1025\n", 1, "1 to 1024" },
	{ "node 0 { llcs = 8193 }\n", 1, "whole number" },
	{ "node x { memory = 1G }\n", 1, "node \"x\": must be a whole number from 0 to 1023" },
	{ "node 1024 { memory = 1G }\n", 1, "0 to 1023" },
	{ "node -1 { memory = 1G }\n", 1, "node" },
	{ "node 0 { memory = 1G }\nnode 2 { memory = 1G }\n", 2,
	  "node 2 is here, but there is no node 1" },
	{ "node 1 { memory = 1G }\n", 1, "no node 0" },
	{ "node 0 { memory = 1G }\nnode 0 { llcs = 1 }\n", 2,
	  "node 0 is given twice, first on line 1" },
	{ "node 0 { memory = 1G }\n\nnode 00 { llcs = 1 }\n", 3,
	  "node 0 is given twice, first on line 1" },
	{ "node { memory = 1G }\n", 1, "node has no number: write node 0 { ... }" },
	{ "node 0 { memory = 1G\n", 1, "\"{\" is never closed: add \"}\"" },
	{ "cores = 1\nnode 0 {", 2, "\"{\" is never closed" },
	{ "memory\n", 1, "memory has no \"=\": write memory = SIZE" },
	{ "memory =\n", 1, "memory has no value: write memory = SIZE" },
	{ "= 1G\n", 1, "unexpected \"=\"" },
	{ "memory = 1G 2G\n", 1, "no key \"2G\" (a value with blanks is in quotes): use kernel" },
	{ "\ncmdline = \"never ends\ncores = 1\n", 2, "\" is never closed: add another \"" },
	{ "cmdline = 'it\\'s\n", 1, "' is never closed: add another '" },
	{ "distances = { 10, x }\n", 1, "\"x\": must be whole numbers from 10 to 255" },
	{ "distances = { 10, 99999999999999999999 }\n", 1, "must be whole numbers" },
	{ "}\n", 1, "\"}\" closes nothing" },
	{ "\x01\x02\x03", 1, "no key" },
	{ "memory = { 1G }\n", 1, "memory has no value: write memory = SIZE" },
};

START_TEST(mistake_names_its_line)
{
	struct settings s;
	struct error err = { 0 };
	char place[30];

	snprintf(place, sizeof(place), "m.conf:%d: ", mistakes[_i].line);
	ck_assert_msg(config_parse("m.conf", mistakes[_i].text, &s, &err) == -1, "taken: %s",
		      mistakes[_i].text);
	ck_assert_msg(!strncmp(err.text, place, strlen(place)), "%s", err.text);
	ck_assert_msg(strstr(err.text, mistakes[_i].says) != NULL, "%s", err.text);
	ck_assert_uint_gt(strlen(err.text), strlen(place));
	ck_assert(!s.nodes && !s.kernel && !s.distances);
}
END_TEST

static const char *const long_lines[] = {
	"# %s\ncores = 2",
	"/* %s */ cores = 2",
	"cores = 2 cmdline = %s",
	"cmdline = \"%s\"\ncores = 2",
	"cmdline = \"%s\" cores = 2",
};

/* What takes the place of %s in long_lines[@nr], of @size bytes; to be freed. */
static char *long_word(unsigned int nr, size_t size)
{
	char *word = xcalloc(size + 1, 1);

	for (size_t i = 0; i < size; i += 8)
		memcpy(word + i, nr < 4 ? "xxxxxxxx" : "${:-}*\\n", 8);
	return word;
}

/* As long as a file can be, in one line. */
START_TEST(long_lines_are_read)
{
	size_t size = 7 * MIB;
	char *word = long_word(_i, size), *text = xasprintf(long_lines[_i], word);
	struct settings s;
	struct error err;

	ck_assert_msg(!config_parse("m.conf", text, &s, &err), "%s", err.text);
	ck_assert_uint_eq(s.cores, 2);
	ck_assert(!s.cmdline || _i > 3 || !strcmp(s.cmdline, word));
	ck_assert_uint_eq(_i > 3 ? strlen(s.cmdline) : 0, _i > 3 ? size / 4 : 0);
	settings_free(&s);
	free(text);
	free(word);
}
END_TEST

/* This thread's, of reading a line with a word of @size bytes: the least of some. */
static double cpu_seconds(unsigned int nr, size_t size)
{
	char *word = long_word(nr, size), *text = xasprintf(long_lines[nr], word);
	double least = HUGE_VAL;

	for (unsigned int i = 0; i < 3; i++) {
		struct timespec start, end;
		struct settings s;
		struct error err;

		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
		ck_assert_int_eq(config_parse("m.conf", text, &s, &err), 0);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
		settings_free(&s);
		least = fmin(least,
			     end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9);
	}
	free(text);
	free(word);
	return least;
}

/* Each byte is read once: 16 times as many take far less than 256 times as long. */
START_TEST(long_lines_take_no_longer)
{
	double small = cpu_seconds(_i, MIB / 4), large = cpu_seconds(_i, 4 * MIB);

	ck_assert_msg(large < 64 * small, "%g s, and %g s for 16 times as much", small, large);
}
END_TEST

/*
 * Cut anywhere, or with any byte changed, a config is taken or refused, and nothing else happens.
 */
START_TEST(hostile_texts)
{
	uint64_t state = random_seed();
	char text[sizeof(full)];

	for (unsigned int round = 0; round < 2000; round++) {
		struct settings s;
		struct error err = { 0 };
		int ret;

		memcpy(text, full, sizeof(full));
		text[random_below(&state, sizeof(full) - 1)] = round % 2 ? random_next(&state) : 0;
		ret = config_parse("m.conf", text, &s, &err);
		if (ret && strncmp(err.text, "m.conf:", 7))
			ck_abort_msg("%s", err.text);
		settings_free(&s);
	}
}
END_TEST

Suite *config_suite(void)
{
	Suite *s = suite_create("config");
	TCase *tc = tcase_create("config");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, all_keys_are_read);
	tcase_add_test(tc, values_know_their_lines);
	tcase_add_test(tc, placement_keys_are_read);
	tcase_add_test(tc, comments_are_none);
	tcase_add_test(tc, empty_is_nothing_set);
	tcase_add_loop_test(tc, mistake_names_its_line, 0, COUNT(mistakes));
	tcase_add_loop_test(tc, long_lines_are_read, 0, COUNT(long_lines));
	tcase_add_loop_test(tc, long_lines_take_no_longer, 0, COUNT(long_lines));
	tcase_add_test(tc, hostile_texts);
	suite_add_tcase(s, tc);
	return s;
}
