// SPDX-License-Identifier: MIT
#include "vmm/run/report.h"

#include <stdlib.h>

#include "mem/host.h"
#include "mem/xalloc.h"
#include "mem/size.h"

static double gib_per_second(uint64_t size, double seconds)
{
	return seconds > 0 ? size / seconds / (1ULL << 30) : 0;
}

static void print_pages(const struct verify_counts *counts, FILE *file)
{
	if (!counts->asked)
		return;
	fprintf(file, "; of %llu pages asked:", (unsigned long long)counts->asked);
	for (unsigned int i = 0; i < counts->nr_nodes; i++)
		if (counts->by_node[i])
			fprintf(file, " %.1f %% on %u", 100.0 * counts->by_node[i] / counts->asked,
				i);
}

static void print_node(const struct ram *ram, unsigned int i, FILE *file)
{
	uint64_t size = ram->machine->topology.nodes[i].size;
	const struct backing *backing = &ram->fit->backings[i];
	const struct ram_node *node = &ram->nodes[i];
	char *list = backing->nodes ? host_list(backing->nodes) : xstrdup("any"), text[32];

	fprintf(file, "numavm: node %u: %s on host nodes %s (%s, %s%s)", i, size_format(size, text),
		list, placement_policy_name(backing->policy), backing->pages->name,
		backing->shared ? ", shared" : "");
	if (node->seconds > 0)
		fprintf(file, ", populated in %.3f s, %.1f GiB/s", node->seconds,
			gib_per_second(size, node->seconds));
	print_pages(&node->counts, file);
	fputc('\n', file);
	free(list);
}

void report_print(const struct ram *ram, FILE *file)
{
	if (ram->fit->unlocked)
		fprintf(file, "numavm: warning: " FIT_UNLOCKED "\n");
	for (unsigned int i = 0; i < ram->machine->topology.nr_nodes; i++) {
		const struct backing *backing = &ram->fit->backings[i];

		if (ram->machine->topology.nodes[i].size && (backing->nodes || backing->populate))
			print_node(ram, i, file);
		if (backing->given_up[0])
			fprintf(file, "numavm: node %u: warning: not as declared: %s\n", i,
				backing->given_up);
		if (backing->warning.text[0])
			fprintf(file, "numavm: node %u: warning: %s\n", i, backing->warning.text);
	}
}

static json_t *counts_json(const struct verify_counts *counts)
{
	json_t *object = json_object();
	char key[16];

	for (unsigned int i = 0; i < counts->nr_nodes; i++) {
		if (!counts->by_node[i])
			continue;
		snprintf(key, sizeof(key), "%u", i);
		json_object_set_new(object, key, json_integer(counts->by_node[i]));
	}
	return object;
}

static json_t *host_json(const struct backing *backing)
{
	json_t *list = json_array();

	for (unsigned int i = 0; backing->nodes && i < backing->nodes->size; i++)
		if (numa_bitmask_isbitset(backing->nodes, i))
			json_array_append_new(list, json_integer(i));
	return list;
}

static json_t *node_json(const struct ram *ram, unsigned int i)
{
	uint64_t size = ram->machine->topology.nodes[i].size;
	const struct backing *backing = &ram->fit->backings[i];
	const struct ram_node *node = &ram->nodes[i];

	return json_pack("{s:i, s:o, s:s, s:s, s:b, s:I, s:I, s:o, s:f, s:f, s:s, s:s}", "node", i,
			 "host", host_json(backing), "policy",
			 placement_policy_name(backing->policy), "pages", backing->pages->name,
			 "shared", backing->shared, "pages_total", (json_int_t)node->counts.pages,
			 "pages_asked", (json_int_t)node->counts.asked, "pages_by_host_node",
			 counts_json(&node->counts), "seconds", node->seconds, "gib_per_second",
			 gib_per_second(size, node->seconds), "given_up", backing->given_up,
			 "warning", backing->warning.text);
}

json_t *report_json(const struct ram *ram)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < ram->machine->topology.nr_nodes; i++)
		json_array_append_new(list, node_json(ram, i));
	return list;
}
