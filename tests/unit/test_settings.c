// SPDX-License-Identifier: MIT
/* A config file's text and a line of flags, and the machine that becomes of both. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/combine.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define TWO_NODES "node 0 { memory = 1G\n llcs = 2 }\nnode 1 { memory = 512M }\n"

static const struct {
	const char *file, *flags;
	const char *nodes; /* as declare() takes them */
	unsigned int cores, threads, packages;
} machines[] = {
	{ "", "", "1:1024", 1, 1, 1 },
	{ "", "-m 2G", "1:2048", 1, 1, 1 },
	{ "", "-m 1.5GiB", "1:1536", 1, 1, 1 },
	{ "memory = 2G", "-m 3G", "1:3072", 1, 1, 1 },
	{ "topology = 2n4l4c2t\nmemory = 2G", "", "2:1024 2:1024", 4, 2, 2 },
	{ "topology = 2n4l4c2t", "--topology 1n1l1c1t", "1:1024", 1, 1, 1 },
	{ "topology = 3n3l1c1t\nmemory = 100M", "", "1:33 1:33 1:34", 1, 1, 3 },
	{ TWO_NODES, "", "2:1024 0:512", 1, 1, 1 },
	{ TWO_NODES "cores = 3\nthreads = 2\n", "", "2:1024 0:512", 3, 2, 1 },
	{ TWO_NODES "cores = 3\n", "--cores 5", "2:1024 0:512", 5, 1, 1 },
	{ TWO_NODES "memory = 1536M\n", "", "2:1024 0:512", 1, 1, 1 },
	/* Nodes and a topology from the flags replace the file's, its cores and memory too. */
	{ TWO_NODES "cores = 3\nmemory = 1536M\n", "--node memory=64M,llcs=1", "1:64", 1, 1, 1 },
	{ TWO_NODES "cores = 3\n", "--topology 2n2l1c1t", "1:512 1:512", 1, 1, 2 },
	{ "memory = 4G", "--topology 2n2l1c1t", "1:2048 1:2048", 1, 1, 2 },
	{ "topology = 2n2l1c1t\n", "--node memory=64M,llcs=1 --node llcs=1", "1:64 1:0", 1, 1, 2 },
	{ "", "--node memory=64M,llcs=1 --node llcs=1 --packages 1", "1:64 1:0", 1, 1, 1 },
	/* No memory, in words. */
	{ "node 0 { memory = 1G\n llcs = 1 }\nnode 1 { memory = 0\n llcs = 1 }", "", "1:1024 1:0",
	  1, 1, 2 },
	{ "", "--node memory=64M --node memory=0,llcs=1", "0:64 1:0", 1, 1, 1 },
	{ "", "--node memory=64M --node memory=0M,llcs=1", "0:64 1:0", 1, 1, 1 },
	{ "topology = 4n4l1c1t\npackages = 2\n", "", "1:256 1:256 1:256 1:256", 1, 1, 2 },
};

START_TEST(machine_is_made)
{
	struct topology t, want;
	struct settings s;
	struct error err;

	combine(&s, machines[_i].file, machines[_i].flags);
	ck_assert_msg(!settings_topology(&s, &t, &err), "%s", err.text);
	declare(&want, machines[_i].nodes);
	ck_assert_uint_eq(t.nr_nodes, want.nr_nodes);
	for (unsigned int i = 0; i < t.nr_nodes; i++) {
		ck_assert_uint_eq(t.nodes[i].size, want.nodes[i].size);
		ck_assert_uint_eq(t.nodes[i].llcs, want.nodes[i].llcs);
	}
	ck_assert_uint_eq(t.cores, machines[_i].cores);
	ck_assert_uint_eq(t.threads, machines[_i].threads);
	ck_assert_uint_eq(t.packages, machines[_i].packages);
	ck_assert_uint_gt(t.nr_cpus, 0);
	topology_free(&want);
	topology_free(&t);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *file, *flags;
	uint8_t matrix[9];
	unsigned int nodes;
} matrices[] = {
	{ TWO_NODES, "", { 10, 20, 20, 10 }, 2 },
	{ TWO_NODES "distances = { 10, 21, 22, 10 }", "", { 10, 21, 22, 10 }, 2 },
	{ TWO_NODES, "--distance 0,1=30", { 10, 30, 30, 10 }, 2 },
	{ TWO_NODES "distances = { 10, 21, 22, 10 }",
	  "--distance 1,0=255",
	  { 10, 255, 255, 10 },
	  2 },
	{ "topology = 3n3l1c1t\n",
	  "--distance 0,2=11 --distance 2,1=254",
	  { 10, 20, 11, 20, 10, 254, 11, 254, 10 },
	  3 },
	/* The file's go with its nodes. */
	{ TWO_NODES "distances = { 10, 21, 22, 10 }",
	  "--topology 2n2l1c1t",
	  { 10, 20, 20, 10 },
	  2 },
	{ TWO_NODES, "--distance 0,0=10", { 10, 20, 20, 10 }, 2 },
};

START_TEST(distances_are_set)
{
	struct topology t;
	struct settings s;
	struct error err;

	combine(&s, matrices[_i].file, matrices[_i].flags);
	ck_assert_msg(!settings_topology(&s, &t, &err), "%s", err.text);
	ck_assert_uint_eq(t.nr_nodes, matrices[_i].nodes);
	ck_assert_mem_eq(t.distances, matrices[_i].matrix, t.nr_nodes * t.nr_nodes);
	topology_free(&t);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *file, *flags;
	const char *says; /* from the first letter on */
} mistakes[] = {
	{ "\ntopology = 2n3l1c1t", "", "m.conf:2: topology: 3 last-level caches" },
	{ "\ntopology = 2n", "", "m.conf:2: topology \"2n\": must be NnNlNcNt" },
	{ "", "--topology 2n3l1c1t", "--topology: " },
	/* At its own line, whatever else is there. */
	{ "memory = 1G\ntopology = 2n3l1c1t", "", "m.conf:2: topology: 3 last-level caches" },
	{ "topology = 1025n1025l1c1t\nmemory = 1M", "", "m.conf:1: topology: 1025 nodes" },
	{ "topology = 2n3l1c1t\nmemory = 1X", "", "m.conf:1: topology: 3 last-level caches" },
	{ "topology = x\ncores = 2", "", "m.conf:1: topology \"x\": must be NnNlNcNt" },
	{ "", "-m 1G --topology 2n3l1c1t", "--topology: topology: 3 last-level caches" },
	{ "packages = 1\ntopology = 1n8192l8192c1t", "", "m.conf:2: more CPUs than the 8192" },
	{ "packages = 1\nnode 0 { memory = 1G }", "", "m.conf:2: no node has CPUs" },
	{ "topology = 2n2l1c1t\nmemory = 1M", "", "m.conf:2: memory: 1 MiB for 2 nodes" },
	{ "topology = 1n1l1c1t\ncores = 2", "", "m.conf:2: topology says" },
	{ "topology = 1n1l1c1t\nthreads = 2", "", "m.conf:2: topology says" },
	{ TWO_NODES "topology = 1n1l1c1t", "", "m.conf:1: topology says" },
	{ "", "--topology 1n1l1c1t --cores 2", "--cores: topology says" },
	{ TWO_NODES "memory = 2G", "",
	  "m.conf:4: the nodes' memory, 1536 MiB, must equal memory, "
	  "2048 MiB" },
	{ TWO_NODES, "-m 2G", "-m: the nodes' memory, 1536 MiB" },
	{ "node 0 { llcs = 1 }\nnode 1 { llcs = 1 }", "", "m.conf:1: no node has memory" },
	{ "node 0 { memory = 1G }\n", "", "m.conf:1: no node has CPUs" },
	{ TWO_NODES "node 2 {}", "", "m.conf:4: node 2 has neither memory nor CPUs" },
	{ TWO_NODES "node 2 { memory = 0 }", "", "m.conf:4: node 2 has neither memory nor CPUs" },
	{ "memory = 0", "", "m.conf:1: memory = size \"0\": must be 1M at least" },
	{ "", "-m 0", "-m: size \"0\": must be 1M at least" },
	{ "", "--node memory=0,llcs=1", "--node: no node has memory" },
	{ TWO_NODES "distances = { 10, 20, 20 }", "",
	  "m.conf:4: distances has 3 numbers: 2 nodes "
	  "need 4" },
	{ TWO_NODES "distances = { 10, 20, 20, 10, 20 }", "", "m.conf:4: distances has 5" },
	{ TWO_NODES "distances = { 10, 20, 20, 11 }", "",
	  "m.conf:4: distance of node 1 to itself" },
	{ TWO_NODES "distances = { 10, 10, 20, 10 }", "",
	  "m.conf:4: distance of node 0 to node 1" },
	{ TWO_NODES "distances = {\n10, 300,\n\n20, 10\n}", "",
	  "m.conf:5: distance of node 0 to node 1" },
	{ TWO_NODES "distances = { 10, 20, 256, 10 }", "",
	  "m.conf:4: distance of node 1 to node 0" },
	{ TWO_NODES "distances = { 266, 20, 20, 10 }", "", "m.conf:4: distance" },
	{ TWO_NODES, "--distance 0,2=20", "--distance: there is no node 2: nodes are 0 to 1" },
	{ TWO_NODES, "--distance 2,0=20", "--distance: there is no node 2" },
	{ TWO_NODES, "--distance 0,1=10", "--distance: distance of node 0 to node 1 is 10" },
	{ "", "--distance 0,1=20", "--distance: there is no node 1" },
	{ TWO_NODES, "--distance 0,1=20 --distance 0,1=20",
	  "--distance: distance of node 0 to node 1 is given twice" },
	{ TWO_NODES, "--distance 0,1=20 --distance 1,0=30",
	  "--distance: distance of node 1 to node 0 is given twice" },
	{ TWO_NODES, "--distance 1,1=10 --distance 1,1=10",
	  "--distance: distance of node 1 to node 1 is given twice" },
	{ "packages = 2", "", "m.conf:1: packages = 2" },
	{ TWO_NODES "packages = 2", "", "m.conf:4: packages = 2" },
	{ "node 0 { memory = 1G\n llcs = 1\n policy = fly }", "", "m.conf:3: policy \"fly\"" },
	{ "node 0 { memory = 1G\n llcs = 1\n policy = bind }", "",
	  "m.conf:3: policy = bind needs" },
	{ "node 0 { memory = 1G\n policy = default\n host = 0\n llcs = 1 }", "", "m.conf:2: host" },
	{ "node 0 { memory = 1G\n llcs = 8192 }\ncores = 2", "",
	  "m.conf:1: more CPUs than the 8192" },
};

START_TEST(mistake_names_its_place)
{
	struct topology t = { 0 };
	struct settings s;
	struct error err = { 0 };

	ck_assert_msg(try_combine(&s, mistakes[_i].file, mistakes[_i].flags, &err) ||
			      settings_topology(&s, &t, &err),
		      "taken: %s", mistakes[_i].says);
	ck_assert_msg(!strncmp(err.text, mistakes[_i].says, strlen(mistakes[_i].says)), "%s",
		      err.text);
	ck_assert_ptr_null(t.nodes);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *file, *flags, *says; /* NULL: good */
} layouts[] = {
	{ "memory = 63M\n\npages = 4k\n", "", NULL },
	{ "memory = 64M\npages = 2M\n", "", NULL },
	{ "memory = 63M\n\npages = 2M\n", "",
	  "m.conf:3: node 0: 63 MiB cannot be made of pages of 2 MiB: use 62 or 64 MiB" },
	{ "node 0 { memory = 64M\n llcs = 1 }\nnode 1 { memory = 63M\n pages = 2M }", "",
	  "m.conf:4: node 1: 63 MiB" },
	{ "memory = 63M\n", "--pages=2M", "--pages: node 0: 63 MiB" },
	{ "memory = 63M\npages = auto\n", "", NULL },
	{ "cores = 1\nmemory = 70000G\n", "", "m.conf:2: RAM would reach" },
	{ "memory = 1G\n", "-m 70000G", "-m: RAM would reach" },
	{ "node 0 { memory = 1G\n llcs = 1 }\nnode 1 { memory = 70000G }", "",
	  "m.conf:3: RAM would reach" },
};

START_TEST(layout_names_its_place)
{
	struct layout_space space = space_x86;
	struct layout layout;
	struct topology t;
	struct settings s;
	struct error err = { 0 };
	int ret;

	space.phys_bits = 46;
	combine(&s, layouts[_i].file, layouts[_i].flags);
	ck_assert_msg(!settings_topology(&s, &t, &err), "%s", err.text);
	ret = settings_layout(&s, &t, &space, &layout, &err);
	ck_assert_msg(ret == (layouts[_i].says ? -1 : 0), "%s", err.text);
	if (ret)
		ck_assert_msg(strstr(err.text, layouts[_i].says) == err.text, "%s", err.text);
	else
		layout_free(&layout);
	topology_free(&t);
	settings_free(&s);
}
END_TEST

START_TEST(host_means_bind)
{
	struct topology t;
	struct settings s;
	struct error err;

	combine(&s, "", "--node memory=1G,llcs=1,host=0,2-3 --node memory=1G");
	ck_assert_msg(!settings_topology(&s, &t, &err), "%s", err.text);
	ck_assert_int_eq(t.nodes[0].placement.policy, PLACEMENT_BIND);
	ck_assert_str_eq(t.nodes[0].placement.host, "0,2-3");
	ck_assert_int_eq(t.nodes[1].placement.policy, PLACEMENT_DEFAULT);
	ck_assert_ptr_null(t.nodes[1].placement.host);
	topology_free(&t);
	settings_free(&s);
}
END_TEST

START_TEST(flags_beat_the_file)
{
	struct settings s;

	combine(&s, "kernel = /a\ninitrd = /b\ncmdline = c\nmemory = 1G\n", "-k d -a e -m 2G -a f");
	ck_assert_str_eq(s.kernel, "d");
	ck_assert_str_eq(settings_where(&s, NULL, "kernel")->name, "-k");
	ck_assert_str_eq(s.initrd, "/b");
	ck_assert_str_eq(s.cmdline, "c");
	ck_assert_str_eq(s.append, "e f");
	ck_assert_uint_eq(s.memory, 2 * GIB);
	settings_free(&s);
}
END_TEST

Suite *settings_suite(void)
{
	Suite *s = suite_create("settings");
	TCase *tc = tcase_create("settings");

	tcase_add_loop_test(tc, machine_is_made, 0, COUNT(machines));
	tcase_add_loop_test(tc, distances_are_set, 0, COUNT(matrices));
	tcase_add_loop_test(tc, mistake_names_its_place, 0, COUNT(mistakes));
	tcase_add_loop_test(tc, layout_names_its_place, 0, COUNT(layouts));
	tcase_add_test(tc, host_means_bind);
	tcase_add_test(tc, flags_beat_the_file);
	suite_add_tcase(s, tc);
	return s;
}
