// SPDX-License-Identifier: MIT
/*
 * The grammar of config files: what is taken and as what, and what is refused and on which line.
 * It is the grammar of libConfuse 3.3, but for what is marked and for the messages; a value of
 * several lines is at its first line, not at its last.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/combine.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/cli/config.h"

static void describe_keys(struct settings *s, struct settings_node *node, FILE *file)
{
	unsigned int in = node ? KEY_IN_NODE : KEY_IN_FILE;

	for (const struct key *key = keys; key->name; key++) {
		struct slot slot = settings_slot(s, node, key);
		const char *text;

		if (!(key->in & in) || !slot.where->name || key->type == KEY_MATRIX)
			continue;
		text = text_of(s, node, key->name);
		fprintf(file, " %s=", key->name);
		if (text)
			fprintf(file, "%s", text);
		else
			fprintf(file, "%llu", (unsigned long long)key_number(key, slot.fields));
		fprintf(file, "@%d", slot.where->line);
	}
}

/* " KEY=VALUE@LINE" of each key that is set, then the nodes and the numbers of the matrix. */
static char *describe(struct settings *s)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	describe_keys(s, NULL, file);
	for (unsigned int i = 0; i < s->nr_nodes; i++) {
		fprintf(file, " node%u{", s->nodes[i].number);
		describe_keys(s, &s->nodes[i], file);
		fprintf(file, " }");
	}
	for (unsigned int i = 0; i < s->nr_distances; i++)
		fprintf(file, " %ld@%d", s->distances[i].value, s->distances[i].where.line);
	fclose(file);
	return text;
}

/* The environment: VAR=/h, ZERO=0, TEN=10, EMPTY= and no other. */
static const struct {
	const char *text, *means;
} taken[] = {
	{ "cmdline = a", " cmdline=a@1" },
	{ "cmdline=a", " cmdline=a@1" },
	{ "cmdline\n=\na", " cmdline=a@3" },
	{ "cmdline = a\r\ncores = 2\r\n", " cmdline=a@1 cores=2@2" },
	{ "cores = 2\r\nmemory = 1G\r\n", " memory=1073741824@2 cores=2@1" },
	{ "node 0 {\r\n memory = 1G\r\n}\r\n", " node0{ memory=1073741824@2 }" },
	{ "distances = {\r\n10,\r\n20\r\n}", " 10@2 20@3" },
	{ "cmdline\r=\ra", " cmdline=a@1" },
	{ "cmdline = a\fb", " cmdline=a\fb@1" },
	{ "cmdline = a\vb", " cmdline=a\vb@1" },
	{ "cmdline = a:b", " cmdline=a:b@1" },
	{ "cmdline = a+b", " cmdline=a+b@1" }, /* new: was refused */
	{ "cmdline = +", " cmdline=+@1" }, /* new: was refused */
	{ "cmdline = a#b", " cmdline=a@1" },
	{ "cmdline = a//b", " cmdline=a//b@1" },
	{ "cmdline = \"a\"cores=2", " cmdline=a@1 cores=2@1" },
	{ "cmdline = a\\\\b", " cmdline=a\\\\b@1" },
	{ "cmdline = a\\b", " cmdline=a\\b@1" },
	{ "cmdline = \\", " cmdline=\\@1" },
	{ "cmdline = $", " cmdline=$@1" },
	{ "cmdline = $a", " cmdline=$a@1" },
	{ "cmdline = a$b", " cmdline=a$b@1" },
	{ "cmdline = ${VAR}", " cmdline=/h@1" },
	{ "cmdline = \"a${VAR}b\"", " cmdline=a/hb@1" },
	{ "cmdline = \"${NOPE_X:-dflt}\"", " cmdline=dflt@1" },
	{ "cmdline = ${NOPE_X:-dflt}", " cmdline=dflt@1" },
	{ "cmdline = '${VAR}'", " cmdline=${VAR}@1" },
	{ "cmdline = \"$VAR\"", " cmdline=$VAR@1" },
	{ "cmdline = \"$${VAR}\"", " cmdline=$/h@1" },
	{ "cmdline = \"\\${VAR}\"", " cmdline=${VAR}@1" },
	{ "cmdline = \"a$\"", " cmdline=a$@1" },
	{ "cmdline = \"a\\nb\\tc\\rd\\ae\\bf\\eg\\fh\\vi\"",
	  " cmdline=a\nb\tc\rd\007e\010f\033g\fh\vi@1" },
	{ "cmdline = \"\\\"\\\\\\q\\'\"", " cmdline=\"\\q'@1" },
	{ "cmdline = 'a\\nb\\'c\\\\d\"e'", " cmdline=a\\nb'c\\d\"e@1" },
	{ "cmdline = 'a\\\nb' cores = 2", " cmdline=ab@1 cores=2@2" },
	{ "cmdline = \"a\\\nb\" cores = 2", " cmdline=ab@1 cores=2@2" },
	{ "cmdline = \"a\nb\" cores = 2", " cmdline=a\nb@1 cores=2@2" },
	{ "cmdline = 'a\nb' cores = 2", " cmdline=a\nb@1 cores=2@2" },
	{ "cmdline = \"a\r\nb\" cores = 2", " cmdline=a\r\nb@1 cores=2@2" },
	{ "cmdline = \"a\\\r\nb\" cores = 2", " cmdline=a\r\nb@1 cores=2@2" },
	{ "cmdline = \"\"", " cmdline=@1" },
	{ "cmdline = ''", " cmdline=@1" },
	{ "memory = \"1G\"", " memory=1073741824@1" },
	{ "\"memory\" = 1G", " memory=1073741824@1" },
	{ "node \"0\" { memory = 1G }", " node0{ memory=1073741824@1 }" },
	{ "node 0 { }", " node0{ }" },
	{ "node 0 { memory = 1G llcs = 1 }", " node0{ memory=1073741824@1 llcs=1@1 }" },
	{ "node 0\n{\nmemory\n=\n1G\n}", " node0{ memory=1073741824@5 }" },
	{ "node\n0 { memory = 1G }", " node0{ memory=1073741824@2 }" },
	{ "node 0 { memory = 1G } node 1 { memory = 1G }",
	  " node0{ memory=1073741824@1 } node1{ memory=1073741824@1 }" },
	{ "node 0{memory=1G}", " node0{ memory=1073741824@1 }" },
	{ "node 0 { \"memory\" = 1G }", " node0{ memory=1073741824@1 }" },
	{ "node ${ZERO} { memory = 1G }", " node0{ memory=1073741824@1 }" },
	{ "node \"${ZERO}\" { memory = 1G }", " node0{ memory=1073741824@1 }" },
	{ "distances = { 10, 20 }", " 10@1 20@1" },
	{ "distances = { 10, 20, }", " 10@1 20@1" },
	{ "distances = { \"10\", '20' }", " 10@1 20@1" },
	{ "distances = { ${TEN}, 20 }", " 10@1 20@1" },
	{ "distances = {10\n#x\n,20}", " 10@1 20@3" },
	{ "cores=2 memory=1G", " memory=1073741824@1 cores=2@1" },
	{ "cores = 2/*c*/", " cores=2@1" },
	{ "cores = 2 // c\nmemory = 1G", " memory=1073741824@2 cores=2@1" },
	{ "/* c */", "" },
	{ "/* /* */", "" },
	{ "# c\\\ncores = 2", " cores=2@2" },
	{ "\357\273\277cores = 2", " cores=2@1" }, /* new: was refused; a byte order mark */
	{ "#!numavm\ncores = 2", " cores=2@2" },
	{ "cmdline = \303\251", " cmdline=\303\251@1" },
	{ "cmdline = \"\303\251\377\"", " cmdline=\303\251\377@1" },
	{ "cmdline = \001\002", " cmdline=\001\002@1" },
	{ "kernel = ../x", " kernel=./../x@1" },
	{ "kernel = ~/x", " kernel=./~/x@1" },
	{ "kernel = \"~/x\"", " kernel=./~/x@1" },
	{ "kernel = \"a b\"", " kernel=./a b@1" },
	{ "kernel = \"\"", " kernel=./@1" },
	{ "kernel = a:b-c_d.e@f%g&h!i?j*k<l>m|n~o^p`q[r]",
	  " kernel=./a:b-c_d.e@f%g&h!i?j*k<l>m|n~o^p`q[r]@1" }, /* new: was refused */
	{ "kernel = /boot//x", " kernel=/boot//x@1" },
	{ "host = 0-2", " host=0-2@1" },
	{ "host = !1", " host=!1@1" },
	{ "host = +0", " host=+0@1" },
	{ "host = all", " host=all@1" },
	{ "host = \"0,2\"", " host=0,2@1" },
	{ "cmdline = \"console=ttyS0 root=/dev/vda // x\"",
	  " cmdline=console=ttyS0 root=/dev/vda // x@1" },
	{ "cmdline = \"a\"// b", " cmdline=a@1" },
	{ "node 0 { memory = 1G\n} cores = 2", " cores=2@2 node0{ memory=1073741824@1 }" },
	{ "node 0 { memory = \"1G\" llcs = '2' }", " node0{ memory=1073741824@1 llcs=2@1 }" },
	{ "node 0 { /* } */ memory = 1G }", " node0{ memory=1073741824@1 }" },
	{ "node 0 { # }\n memory = 1G }", " node0{ memory=1073741824@2 }" },
	{ "cmdline = '{'", " cmdline={@1" },
	{ "cmdline = \"${EMPTY:-d}\"", " cmdline=@1" },
	{ "cmdline = \"${VAR:-d}\"", " cmdline=/h@1" },
	{ "cmdline = \"${NO:-a\\nb}\"", " cmdline=a\\nb@1" },
	{ "cmdline = \"${NO:-a\nb}\" cores = 2", " cmdline=a\nb@1 cores=2@2" },
	{ "cmdline = ${NO:-a\nb} cores = 2", " cmdline=a\nb@1 cores=2@2" },
	{ "cmdline = ${NO:-a b} cores = 2", " cmdline=a b@1 cores=2@1" },
	{ "cmdline = ${NO:-\"a b\"} cores = 2", " cmdline=\"a b\"@1 cores=2@1" },
	{ "cmdline = \"${NO:-${VAR}}\"", " cmdline=${VAR}@1" },
	{ "cmdline = \"x${:-d}\"", " cmdline=xd@1" },
	{ "cmdline = \"a\\\\\"", " cmdline=a\\@1" },
	{ "cmdline = 'a\\\\'", " cmdline=a\\@1" },
	{ "cmdline = \"a${VAR}${VAR}\"", " cmdline=a/h/h@1" },
	{ "cmdline = \"${VAR}\n}\"", " cmdline=/h\n}@1" },
	{ "cmdline = \"a\\${VAR}\"", " cmdline=a${VAR}@1" },
	{ "cmdline = +a", " cmdline=+a@1" },
	{ "cmdline = a;//b", " cmdline=a;//b@1" },
	{ "cmdline = a;#b", " cmdline=a;@1" },
	{ "kernel = http://x/y", " kernel=./http://x/y@1" },
	{ "kernel = x///y", " kernel=./x///y@1" },
	{ "kernel =//x\ny", " kernel=./y@2" },
	{ "memory = 1G\nnode 0 { llcs = 1\n memory = 0 }",
	  " memory=1073741824@1 node0{ memory=0@3 llcs=1@2 }" }, /* new: was refused */
	{ "node 0 { memory = 0M llcs = 00 }",
	  " node0{ memory=0@1 llcs=0@1 }" }, /* new: was refused */
};

START_TEST(grammar_is_taken)
{
	struct settings s;
	struct error err;
	char *text;

	ck_assert_msg(!config_parse("m.conf", taken[_i].text, &s, &err), "%s: %s", taken[_i].text,
		      err.text);
	text = describe(&s);
	ck_assert_str_eq(text, taken[_i].means);
	settings_free(&s);
	free(text);
}
END_TEST

/* LINE: and how the message begins. */
static const struct {
	const char *text, *says;
} refused[] = {
	{ "distances = 10",
	  "1: distances has no value: write distances = { N, ... }" }, /* new: was taken */
	{ "distances = 10 cores = 2", "1: distances has no value: write" }, /* new: was taken */
	{ "cmdline = \"a\\x41\\x4\\x421\"",
	  "1: no escape \\x: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\x\"", "1: no escape \\x: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\xzz\"", "1: no escape \\x: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\1\"", "1: no escape \\1: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\12\"", "1: no escape \\1: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\377\"", "1: no escape \\3: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\xfff\"",
	  "1: no escape \\x: write the character, or" }, /* new: was taken */
	{ "cmdline = \"\\9\\18\"", "1: no escape \\9: write the character, or" },
	{ "distances += { 10 }",
	  "1: distances has no \"=\": write distances = { N, ... }" }, /* new: was taken */
	{ "distances += 10",
	  "1: distances has no \"=\": write distances = { N, ... }" }, /* new: was taken */
	{ "distances+={10}", "1: no key \"distances+\": use kernel" }, /* new: was taken */
	{ "distances +=\n{10}",
	  "1: distances has no \"=\": write distances = { N, ... }" }, /* new: was taken */
	{ "cmdline =a b", "1: no key \"b\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = a;cores=2", "1: unexpected \"=\": write KEY = VALUE or node N { ... }; a "
				 "value with such a sign is in quotes" },
	{ "cmdline = a ; cores = 2",
	  "1: no key \";\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = a, cores = 2", "1: unexpected \",\": write KEY = VALUE or node N { ... }; a "
				    "value with such a sign is in quotes" },
	{ "cmdline = a=b", "1: unexpected \"=\": write KEY = VALUE or node N { ... }; a value with "
			   "such a sign is in quotes" },
	{ "cmdline = a+=b", "1: unexpected \"=\": write KEY = VALUE or node N { ... }; a value "
			    "with such a sign is in quotes" },
	{ "cmdline += a", "1: cmdline has no \"=\": write cmdline = TEXT" },
	{ "cmdline = a(b)", "1: unexpected \"(\": write KEY = VALUE or node N { ... }" },
	{ "cmdline = a{b", "1: unexpected \"{\": write KEY = VALUE or node N { ... }" },
	{ "cmdline = a/*b*/c", "1: no key \"c\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = a\"b\"c", "1: no key \"b\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = \"a\"\"b\"",
	  "1: no key \"b\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = \"a\"\n\"b\"", "2: no key \"b\": use kernel" },
	{ "cmdline = a'b'", "1: no key \"b\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = 'a'b", "1: no key \"b\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = a${VAR}", "1: unexpected \"{\": write KEY = VALUE or node N { ... }" },
	{ "cmdline = ${VAR}a", "1: no key \"a\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = \"${VAR\"",
	  "1: \"${\" is never closed: add \"}\"; \\${ in quotes is itself" }, /* new: was taken */
	{ "cmdline = ${VAR", "1: \"${\" is never closed: add \"}\"; \\${ in quotes is itself" },
	{ "cmdline = \"\\101\\1019\\0\\12\"", "1: no escape \\1: write the character, or" },
	{ "cmdline = \"\\400\"", "1: no escape \\4: write the character, or" },
	{ "cmdline = \"\\777\"", "1: no escape \\7: write the character, or" },
	{ "cmdline = \"\\x0\"", "1: no escape \\x: write the character, or" }, /* new: was taken */
	{ "node 0 { memory=1G, llcs=1 }", "1: unexpected \",\": write KEY = VALUE or node N { ... "
					  "}; a value with such a sign is in quotes" },
	{ "node 0 { memory=1G; llcs=1; }",
	  "1: memory = size \"1G;\": must end in K, M, G or T, as in 512M or 1.5G" },
	{ "node = 0 { memory = 1G }", "1: node has no number: write node 0 { ... }" },
	{ "node 0 = { memory = 1G }", "1: node 0 has no \"{\": write node 0 { ... }" },
	{ "node 0 { node 1 { } }", "1: no key \"node\" of a node, which \"}\" ends: use memory" },
	{ "node 0 { cores = 2 }", "1: no key \"cores\" of a node, which \"}\" ends: use memory" },
	{ "node 0 ( memory = 1G )", "1: node 0 has no \"{\": write node 0 { ... }" },
	{ "node0 { memory = 1G }", "1: no key \"node0\": use kernel" },
	{ "node += 0 { memory = 1G }", "1: node \"+\": must be a whole number from 0 to 1023" },
	{ "distances = { 10 20 }", "1: distances: \"20\" has no comma before it" },
	{ "distances = { , 10 }", "1: unexpected \",\": write distances = { N, ... }" },
	{ "distances = { 10,, 20 }", "1: unexpected \",\": write distances = { N, ... }" },
	{ "distances = ( 10, 20 )", "1: distances has no value: write distances = { N, ... }" },
	{ "distances = 10, 20", "1: distances has no value: write distances = { N, ... }" },
	{ "distances = {}", "1: distances is empty: give a matrix, row by row" },
	{ "distances = { 10 }\ndistances += { 20 }",
	  "2: distances is given twice, first on line 1" },
	{ "distances += { 10 }\ndistances += { 20 }",
	  "1: distances has no \"=\": write distances = { N, ... }" },
	{ "distances = { 10, 20 }\ndistances += { 20, 10 }",
	  "2: distances is given twice, first on line 1" },
	{ "distances = { 10 } distances = { 20 }", "1: distances is given twice, first on line 1" },
	{ "distances = { 10; 20 }", "1: distances: \"10;\": must be whole numbers from 10 to 255" },
	{ "distances { 10 }", "1: distances has no \"=\": write distances = { N, ... }" },
	{ "distances = { { 10 } }", "1: unexpected \"{\": write distances = { N, ... }" },
	{ "distances = {10}}", "1: \"}\" closes nothing: take it away" },
	{ "cores = 2,", "1: unexpected \",\": write KEY = VALUE or node N { ... }; a value with "
			"such a sign is in quotes" },
	{ "cores = 2;", "1: cores = \"2;\": must be a whole number from 1 to 8192" },
	{ ",cores = 2", "1: unexpected \",\": write KEY = VALUE or node N { ... }; a value with "
			"such a sign is in quotes" },
	{ ";cores = 2", "1: no key \";cores\": use kernel" },
	{ "cores == 2", "1: cores has no value: write cores = N" },
	{ "cores = 2 = 3", "1: unexpected \"=\": write KEY = VALUE or node N { ... }; a value with "
			   "such a sign is in quotes" },
	{ "cores 2", "1: cores has no \"=\": write cores = N" },
	{ "cores", "1: cores has no \"=\": write cores = N" },
	{ "cores = }", "1: cores has no value: write cores = N" },
	{ "}", "1: \"}\" closes nothing: take it away" },
	{ "{", "1: unexpected \"{\": write KEY = VALUE or node N { ... }" },
	{ "cores(2)", "1: cores has no \"=\": write cores = N" },
	{ "cores = (2)", "1: cores has no value: write cores = N" },
	{ "include(\"x\")", "1: no key \"include\": use kernel" },
	{ "KERNEL = a", "1: no key \"KERNEL\": use kernel" },
	{ "cores=2memory=1G", "1: cores = \"2memory\": must be a whole number from 1 to 8192" },
	{ "cores = 2//c", "1: cores = \"2//c\": must be a whole number from 1 to 8192" },
	{ "/*/", "1: \"/*\" is never closed: add \"*/\"" },
	{ "/* */ */", "1: no key \"*/\": use kernel" },
	{ "kernel = //x", "1: kernel has no value: write kernel = FILE" },
	{ "kernel = a,b", "1: unexpected \",\": write KEY = VALUE or node N { ... }; a value with "
			  "such a sign is in quotes" },
	{ "host = 0,2", "1: unexpected \",\": write KEY = VALUE or node N { ... }; a value with "
			"such a sign is in quotes" },
	{ "pin = 0,2", "1: unexpected \",\": write KEY = VALUE or node N { ... }; a value with "
		       "such a sign is in quotes" },
	{ "cmdline = a\\ b", "1: no key \"b\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = a\\\nb", "2: no key \"b\": use kernel" },
	{ "cores\v=\f2", "1: no key \"cores\v\": use kernel" },
	{ "cores = \2402", "1: cores = \"\2402\": must be a whole number from 1 to 8192" },
	{ "=", "1: unexpected \"=\": write KEY = VALUE or node N { ... }; a value with such a sign "
	       "is in quotes" },
	{ "+=", "1: no key \"+\": use kernel" },
	{ "cores += 2", "1: cores has no \"=\": write cores = N" },
	{ "node 0 { memory = 1G } }", "1: \"}\" closes nothing: take it away" },
	{ "node", "1: node has no number: write node 0 { ... }" },
	{ "node 0", "1: node 0 has no \"{\": write node 0 { ... }" },
	{ "node { }", "1: node has no number: write node 0 { ... }" },
	{ "node 0 1 { }", "1: node 0 has no \"{\": write node 0 { ... }" },
	{ "node \"\" { }", "1: node \"\": must be a whole number from 0 to 1023" },
	{ "node \"0 \" { }", "1: node \"0 \": must be a whole number from 0 to 1023" },
	{ "node ' 0' { }", "1: node \" 0\": must be a whole number from 0 to 1023" },
	{ "node 0 { cmdline = a }",
	  "1: no key \"cmdline\" of a node, which \"}\" ends: use memory" },
	{ "cmdline = a}", "1: \"}\" closes nothing: take it away" },
	{ "cmdline = \"}\" node 0 { memory = 1G", "1: \"{\" is never closed: add \"}\"" },
	{ "distances = { 10, 20 } { ", "1: unexpected \"{\": write KEY = VALUE or node N { ... }" },
	{ "cmdline = \"${NO:-a\\\"b}\" cores = 2",
	  "1: \"${\" is never closed: add \"}\"; \\${ in quotes is itself" }, /* new: was taken */
	{ "cmdline = \"a\\", "1: \" is never closed: add another \"" },
	{ "cmdline = \"a\\\"", "1: \" is never closed: add another \"" },
	{ "cmdline = 'a\\'", "1: ' is never closed: add another '" },
	{ "cmdline = ${VAR}${VAR}",
	  "1: no key \"/h\" (a value with blanks is in quotes): use kernel" },
	{ "cmdline = \"\\0\"", "1: no escape \\0: write the character, or" }, /* new: was taken */
	{ "cmdline = \"a\\x00b\"",
	  "1: no escape \\x: write the character, or" }, /* new: was taken */
	{ "node +0 { }",
	  "1: node \"+0\": must be a whole number from 0 to 1023" }, /* new: was taken */
	{ "+cores = 2", "1: no key \"+cores\": use kernel" }, /* new: was taken */
	{ "cores + = 2", "1: cores has no \"=\": write cores = N" }, /* new: was taken */
	{ "distances + = { 10 }",
	  "1: distances has no \"=\": write distances = { N, ... }" }, /* new: was taken */
	{ "distances=+{10}",
	  "1: distances has no value: write distances = { N, ... }" }, /* new: was taken */
	{ "cmdline = \"distances\"\n\n\ndistances = { }",
	  "4: distances is empty: give a matrix, row by row" },
	{ "cmdline = \"distances\"\n\n\ndistances = {\n}",
	  "4: distances is empty: give a matrix, row by row" },
	{ "distances = { 10, 20\n\n", "1: \"{\" is never closed: add \"}\"" },
	{ "cmdline = \"a\nb\ncores = 1", "1: \" is never closed: add another \"" },
	{ "cores = 1\n/* a\n\n", "2: \"/*\" is never closed: add \"*/\"" },
	{ "cores = 1\n/* a\n */ memory = x", "3: memory = size \"x\": must be a decimal number "
					     "with K, M, G or T, as in 512M or 1.5G" },
	{ "node 0 {\n memory = 1G\n\n", "1: \"{\" is never closed: add \"}\"" },
	{ "node 0 {\n\n, }", "3: unexpected \",\": write KEY = VALUE or node N { ... }; a value "
			     "with such a sign is in quotes" },
	/* new: were taken, as nothing */
	{ "\ncmdline = \"a ${NOPE_X}\"",
	  "2: ${NOPE_X} is not set in the environment: set it, or write ${NOPE_X:-TEXT}" },
	{ "cores = 2\ncmdline = ${NOPE_X}", "2: ${NOPE_X} is not set in the environment" },
	{ "cmdline = \"${}\"", "1: ${} is not set in the environment" },
	{ "cmdline = \"${VA R}x\"", "1: ${VA R} is not set in the environment" },
	{ "cmdline = \"${NO-d}\"", "1: ${NO-d} is not set in the environment" },
	{ "cmdline = \"${NO:d}\"", "1: ${NO:d} is not set in the environment" },
	{ "cmdline = \"${\n}\" cores = 2", "1: ${\n} is not set in the environment" },
	{ "memory = 0", "1: memory = size \"0\": must be 1M at least" },
	{ "node 0 { memory = 0KMGT llcs = 1 }", "1: memory = size \"0KMGT\": must end in K, M" },
	{ "memory = 1.5X", "1: memory = size \"1.5X\": must end in K, M" },
	{ "memory = 0M", "1: memory = size \"0M\": must be 1M at least" },
};

START_TEST(grammar_is_refused)
{
	struct settings s;
	struct error err;

	ck_assert_msg(config_parse("m.conf", refused[_i].text, &s, &err) == -1, "taken: %s",
		      refused[_i].text);
	ck_assert_msg(!strncmp(err.text, "m.conf:", 7), "%s", err.text);
	ck_assert_msg(strstr(err.text, refused[_i].says) == err.text + 7, "%s: %s",
		      refused[_i].text, err.text);
	ck_assert(!s.nodes && !s.kernel && !s.distances);
}
END_TEST

static void set_environment(void)
{
	setenv("VAR", "/h", 1);
	setenv("ZERO", "0", 1);
	setenv("TEN", "10", 1);
	setenv("EMPTY", "", 1);
}

Suite *config_text_suite(void)
{
	Suite *s = suite_create("config_text");
	TCase *tc = tcase_create("config_text");

	tcase_add_checked_fixture(tc, set_environment, NULL);
	tcase_add_loop_test(tc, grammar_is_taken, 0, COUNT(taken));
	tcase_add_loop_test(tc, grammar_is_refused, 0, COUNT(refused));
	suite_add_tcase(s, tc);
	return s;
}
