// SPDX-License-Identifier: MIT
/*
 * compare_nodes: which nodes the guest has, their CPUs and distances.
 */
#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const json_t *plan_node(int node)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(plan, "nodes"), i,
			   entry) if (number(entry, "node") == node) return entry;
	return NULL;
}

int node_count(void)
{
	return (int)json_array_size(json_object_get(plan, "distances"));
}

static bool on_node(int cpu, const void *arg)
{
	return number(plan_cpu(cpu), "node") == *(const int *)arg;
}

static bool has_cpu(int node, const void *unused)
{
	(void)unused;
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (on_node(cpu, &node))
			return true;
	return false;
}

static bool has_memory(int node, const void *unused)
{
	(void)unused;
	return plan_node(node) && number(plan_node(node), "memory") > 0;
}

/* Linux brings up memory-only nodes and, on x86 since 5.x, nodes of CPUs alone; not empty ones. */
static bool is_online(int node, const void *unused)
{
	return has_cpu(node, unused) || has_memory(node, unused);
}

static void compare_node_sets(void)
{
	const struct {
		const char *name;
		bool (*has)(int node, const void *unused);
	} sets[] = { { "node.online", is_online },
		     { "node.has_cpu", has_cpu },
		     { "node.has_memory", has_memory },
		     { "node.has_normal_memory", has_memory } };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		char *expected = list_of(node_count(), sets[i].has, NULL);

		same_text(sets[i].name, expected, seen("%s", sets[i].name));
		free(expected);
	}
}

static bool listed(int cpu, const void *arg)
{
	const json_t *entry;
	size_t i;

	json_array_foreach((const json_t *)arg, i,
			   entry) if (json_integer_value(entry) == cpu) return true;
	return false;
}

/* The plan says twice where a CPU is, in "nodes" and in "cpus": both must be what was seen. */
static void compare_cpulist(int node)
{
	char what[64], *by_cpu = list_of(cpu_count(), on_node, &node);
	char *by_node = list_of(cpu_count(), listed, json_object_get(plan_node(node), "cpus"));

	snprintf(what, sizeof(what), "node%d cpulist", node);
	same_text(what, by_cpu, seen("node%d.cpulist", node));
	snprintf(what, sizeof(what), "node%d's cpus in the plan", node);
	same_text(what, by_cpu, by_node);
	free(by_cpu);
	free(by_node);
}

/* The kernel leaves nodes that are not online out of the rows. */
static void compare_distances(int node)
{
	const json_t *row = json_array_get(json_object_get(plan, "distances"), node);
	char what[64], *expected = NULL;
	size_t size = 0;
	FILE *f = need(open_memstream(&expected, &size));
	const char *blank = "";

	for (int to = 0; to < node_count(); to++) {
		if (!is_online(to, NULL))
			continue;
		fprintf(f, "%s%lld", blank, (long long)json_integer_value(json_array_get(row, to)));
		blank = " ";
	}
	fclose(f);
	snprintf(what, sizeof(what), "node%d distance", node);
	same_text(what, need(expected), seen("node%d.distance", node));
	free(expected);
}

void compare_nodes(void)
{
	compare_node_sets();
	for (int node = 0; node < node_count(); node++) {
		if (!is_online(node, NULL))
			continue;
		compare_cpulist(node);
		compare_distances(node);
	}
}
