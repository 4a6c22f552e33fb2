// SPDX-License-Identifier: MIT
/*
 * The arm64 device tree in the hands of dtc, and beside the one that QEMU makes of the same
 * machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/arm64/arm64_machines.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const char *missing(const char *program)
{
	static char reason[100];
	char *command = xasprintf("command -v %s >/dev/null 2>&1", program);
	int status = system(command);

	free(command);
	snprintf(reason, sizeof(reason), "%s is not in the PATH", program);
	return status ? reason : NULL;
}

/* The whole of @path; the caller frees it. */
static char *read_all(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *data;

	ck_assert_msg(file != NULL, "%s", path);
	fseek(file, 0, SEEK_END);
	*size = ftell(file);
	rewind(file);
	data = xcalloc(1, *size + 1);
	ck_assert_uint_eq(fread(data, 1, *size, file), *size);
	fclose(file);
	return data;
}

/* Runs @command with its output and errors in @log; it must succeed. */
static void run(const char *command, const char *log)
{
	char *whole = xasprintf("%s >%s 2>&1 </dev/null", command, log);
	int status = system(whole);
	size_t size;

	ck_assert_msg(!status, "%s: %s", whole, read_all(log, &size));
	free(whole);
}

START_TEST(dtc_has_nothing_to_say)
{
	static const struct fdt_chosen chosen = {
		.cmdline = "quiet", 0x50000000, 0x1000, 1, { 1 }
	};
	char *dtb = xasprintf("%s/%d.dtb", scratch_dir, _i), *log = xasprintf("%s.log", dtb);
	char *command = xasprintf("dtc -I dtb -O dts -o /dev/null %s", dtb), *said;
	FILE *file = fopen(dtb, "w");
	struct fdt_case c;
	size_t size;

	fdt_case_make(&c, _i, _i % 2 ? &chosen : NULL);
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(c.blob.data, c.blob.size, 1, file), 1);
	ck_assert_int_eq(fclose(file), 0);
	run(command, log);
	said = read_all(log, &size);
	ck_assert_msg(!size, "%s", said);
	free(said);
	free(command);
	free(log);
	free(dtb);
	fdt_case_free(&c);
}
END_TEST

static void put_node(FILE *command, const struct topology *t, unsigned int node)
{
	unsigned int first = 0, end;

	if (t->nodes[node].size)
		fprintf(command,
			" -object memory-backend-ram,reserve=off,id=m%u,size=%lluM"
			" -numa node,nodeid=%u,memdev=m%u",
			node, t->nodes[node].size / MIB, node, node);
	else
		fprintf(command, " -numa node,nodeid=%u", node);
	while (first < t->nr_cpus && t->cpus[first].node != node)
		first++;
	for (end = first; end < t->nr_cpus && t->cpus[end].node == node; end++)
		;
	if (end > first)
		fprintf(command, ",cpus=%u-%u", first, end - 1);
}

/* QEMU's options for the machine of @c, whose tree it is to leave in @dtb. The caller frees it. */
static char *qemu_command(const struct fdt_case *c, const char *dtb)
{
	char *text = NULL;
	size_t size;
	FILE *command = open_memstream(&text, &size);

	fprintf(command,
		"qemu-system-aarch64 -M virt,gic-version=3,dumpdtb=%s -cpu cortex-a57 "
		"-display none -m %lluM -smp %u,sockets=%u",
		dtb, c->machine.layout.size / MIB, c->machine.topology.nr_cpus,
		c->machine.topology.nr_cpus);
	for (unsigned int i = 0; i < c->machine.topology.nr_nodes; i++)
		put_node(command, &c->machine.topology, i);
	for (unsigned int from = 0; from < c->machine.topology.nr_nodes; from++)
		for (unsigned int to = 0; to < c->machine.topology.nr_nodes; to++)
			fprintf(command, " -numa dist,src=%u,dst=%u,val=%u", from, to,
				*topology_distance(&c->machine.topology, from, to));
	fclose(command);
	return text;
}

/* Both have the same, in whatever order. */
static void compare(const struct fdt_numa *ours, const struct fdt_numa *theirs)
{
	unsigned int found = 0;

	ck_assert_uint_eq(ours->nr_cpus, theirs->nr_cpus);
	ck_assert_uint_eq(ours->nr_ranges, theirs->nr_ranges);
	for (unsigned int i = 0; i < ours->nr_cpus; i++)
		for (unsigned int j = 0; j < theirs->nr_cpus; j++)
			found += ours->cpu_ids[i] == theirs->cpu_ids[j] &&
				 ours->cpu_nodes[i] == theirs->cpu_nodes[j];
	ck_assert_uint_eq(found, ours->nr_cpus);
	for (unsigned int i = 0; i < ours->nr_ranges; i++)
		for (unsigned int j = 0; j < theirs->nr_ranges; j++)
			found += !memcmp(&ours->ranges[i], &theirs->ranges[j],
					 sizeof(ours->ranges[i]));
	ck_assert_uint_eq(found, ours->nr_cpus + ours->nr_ranges);
	ck_assert_mem_eq(ours->distances, theirs->distances, sizeof(ours->distances));
}

START_TEST(numa_is_as_in_qemus)
{
	char *dtb = xasprintf("%s/%d.qemu", scratch_dir, _i), *log = xasprintf("%s.log", dtb);
	static struct fdt_numa ours, theirs;
	struct fdt_case c;
	char *command, *tree;
	size_t size;

	fdt_case_make(&c, _i, NULL);
	command = qemu_command(&c, dtb);
	run(command, log);
	tree = read_all(dtb, &size);
	ck_assert_int_eq(fdt_check_header(tree), 0);
	ck_assert_uint_le(fdt_totalsize(tree), size);
	fdt_numa_read(c.fdt, &ours);
	fdt_numa_read(tree, &theirs);
	compare(&ours, &theirs);
	free(tree);
	free(command);
	free(log);
	free(dtb);
	fdt_case_free(&c);
}
END_TEST

Suite *arm64_tools_suite(void)
{
	Suite *s = suite_create("arm64_tools");
	TCase *tc = tcase_create("arm64_tools");
	const char *reason = missing("dtc");

	tcase_set_timeout(tc, 120);
	if (reason)
		skip_test("dtc_has_nothing_to_say", reason);
	else
		tcase_add_loop_test(tc, dtc_has_nothing_to_say, 0, fdt_case_count());
	reason = missing("qemu-system-aarch64");
	if (reason)
		skip_test("numa_is_as_in_qemus", reason);
	else
		tcase_add_loop_test(tc, numa_is_as_in_qemus, 0, fdt_case_count());
	suite_add_tcase(s, tc);
	return s;
}
