// SPDX-License-Identifier: MIT
/* The plan for programs. Names are never changed, only added to. */
#include <jansson.h>
#include <stdlib.h>

#include "arch/arch.h"
#include "mem/text.h"
#include "vmm/cli/keys.h"
#include "vmm/plan/plan.h"

/* The host nodes, where this host has them; else none, and there is a warning. */
static json_t *host_nodes(const struct backing *backing)
{
	json_t *list = json_array();

	for (unsigned int i = 0; backing->nodes && i < backing->nodes->size; i++)
		if (numa_bitmask_isbitset(backing->nodes, i))
			json_array_append_new(list, json_integer(i));
	return list;
}

static json_t *value_json(const struct key *key, const struct topology_node *node)
{
	const char *name = key_name(key, node);

	if (key->type == KEY_YES_NO)
		return json_boolean(key_number(key, node));
	return name ? json_string(name) : json_integer(key_number(key, node));
}

static json_t *nodes_json(const struct plan *plan)
{
	const struct topology *t = &plan->machine->topology;
	json_t *list = json_array();
	unsigned int cpu = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		const struct backing *backing = &plan->fit.backings[i];
		json_t *cpus = json_array(), *node;

		for (; cpu < t->nr_cpus && t->cpus[cpu].node == i; cpu++)
			json_array_append_new(cpus, json_integer(cpu));
		/* host and pages are as on this host, all else as declared. */
		node = json_pack("{s:i, s:o, s:o, s:s, s:I}", "node", i, "cpus", cpus, "host",
				 host_nodes(backing), "pages", backing->pages->name, "page_size",
				 (json_int_t)backing->pages->size);
		for (const struct key *key = keys; key->name; key++)
			if (key->in & KEY_IN_NODE && !json_object_get(node, key->name))
				json_object_set_new(node, key->name, value_json(key, &t->nodes[i]));
		json_array_append_new(list, node);
	}
	return list;
}

static json_t *ranges_json(const struct layout *layout)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		const struct layout_range *r = &layout->ranges[i];
		json_int_t gpa = r->gpa, size = r->size, offset = r->offset;

		json_array_append_new(list, json_pack("{s:i, s:I, s:I, s:i, s:I}", "node", r->node,
						      "gpa", gpa, "size", size, "slot", r->slot,
						      "offset", offset));
	}
	return list;
}

static json_t *map_json(const struct memory_map *map)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < map->nr; i++) {
		json_int_t start = map->entries[i].start, size = map->entries[i].size;

		json_array_append_new(list, json_pack("{s:I, s:I, s:i}", "start", start, "size",
						      size, "type", map->entries[i].type));
	}
	return list;
}

static json_t *cpus_json(const struct machine *machine)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < machine->topology.nr_cpus; i++) {
		const struct topology_cpu *c = &machine->topology.cpus[i];
		json_int_t id = arch_cpu_id(machine, i);

		json_array_append_new(list, json_pack("{s:i, s:I, s:i, s:i, s:i, s:i, s:i}", "cpu",
						      i, "id", id, "node", c->node, "package",
						      c->package, "llc", c->llc, "core", c->core,
						      "thread", c->thread));
	}
	return list;
}

static json_t *warnings_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < plan->nr_warnings; i++)
		json_array_append_new(list, json_string(plan->warnings[i]));
	return list;
}

static void print_member(FILE *file, const char *name, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	fprintf(file, ",\"%s\":", name);
	text_print_json(text, file);
	free(text);
	json_decref(value);
}

/* By hand: a million json_t take four times as long as all the rest. */
static void print_distances(const struct plan *plan, FILE *file)
{
	unsigned int n = plan->machine->topology.nr_nodes;
	char text[256][5];

	for (unsigned int value = 0; value < 256; value++)
		snprintf(text[value], sizeof(text[value]), ",%u", value);
	fputs(",\"distances\":[", file);
	for (unsigned int i = 0; i < n; i++) {
		fputs(i ? ",[" : "[", file);
		for (unsigned int j = 0; j < n; j++)
			fputs(text[*topology_distance(&plan->machine->topology, i, j)] + !j, file);
		fputc(']', file);
	}
	fputc(']', file);
}

void plan_print_json(const struct plan *plan, FILE *file)
{
	fprintf(file, "{\"arch\":\"%s\"", arch_name);
	print_member(file, "nodes", nodes_json(plan));
	print_member(file, "ranges", ranges_json(&plan->machine->layout));
	print_distances(plan, file);
	print_member(file, "e820", map_json(&plan->machine->map));
	print_member(file, "cpus", cpus_json(plan->machine));
	print_member(file, "warnings", warnings_json(plan));
	fprintf(file, ",\"fits\":%s}\n", plan->fits ? "true" : "false");
}
