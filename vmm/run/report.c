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

static char *node_list(const struct place *place)
{
	return place->nodes ? host_list(place->nodes) : xstrdup("any");
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

static void print_node(unsigned int node, uint64_t size, const struct ram_node *ram, FILE *file)
{
	char text[32], *list = node_list(&ram->place);

	fprintf(file, "numavm: node %u: %s on host nodes %s (%s, %s%s)", node,
		size_format(size, text), list, placement_policy_name(ram->place.policy),
		place_pages_name(&ram->place), ram->place.shared ? ", shared" : "");
	if (ram->seconds > 0)
		fprintf(file, ", populated in %.3f s, %.1f GiB/s", ram->seconds,
			gib_per_second(size, ram->seconds));
	print_pages(&ram->counts, file);
	fputc('\n', file);
	free(list);
}

void report_print(const struct topology *t, const struct ram *ram, FILE *file)
{
	for (unsigned int i = 0; i < ram->nr_nodes; i++) {
		const struct ram_node *node = &ram->nodes[i];

		if (t->nodes[i].size && (node->place.nodes || node->place.populate))
			print_node(i, t->nodes[i].size, node, file);
		if (node->place.given_up[0])
			fprintf(file, "numavm: node %u: warning: not as declared: %s\n", i,
				node->place.given_up);
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

static json_t *host_json(const struct place *place)
{
	json_t *list = json_array();

	for (unsigned int i = 0; place->nodes && i < place->nodes->size; i++)
		if (numa_bitmask_isbitset(place->nodes, i))
			json_array_append_new(list, json_integer(i));
	return list;
}

static json_t *node_json(unsigned int number, uint64_t size, const struct ram_node *node)
{
	return json_pack("{s:i, s:o, s:s, s:s, s:b, s:I, s:I, s:o, s:f, s:f, s:s}", "node", number,
			 "host", host_json(&node->place), "policy",
			 placement_policy_name(node->place.policy), "pages",
			 place_pages_name(&node->place), "shared", node->place.shared,
			 "pages_total", (json_int_t)node->counts.pages, "pages_asked",
			 (json_int_t)node->counts.asked, "pages_by_host_node",
			 counts_json(&node->counts), "seconds", node->seconds, "gib_per_second",
			 gib_per_second(size, node->seconds), "given_up", node->place.given_up);
}

json_t *report_json(const struct topology *t, const struct ram *ram)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < ram->nr_nodes; i++)
		json_array_append_new(list, node_json(i, t->nodes[i].size, &ram->nodes[i]));
	return list;
}
