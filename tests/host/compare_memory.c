// SPDX-License-Identifier: MIT
/*
 * compare_memory: the map of memory that the guest has, and how much of it, from where to where,
 * each node has.
 */
#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096ULL
#define RAM 1 /* the E820 type */

/* One entry of a map of memory; @end is the first byte after it. */
struct span {
	uint64_t start, end;
	int type; /* E820's */
	int node; /* where the map says it; else 0 */
};

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The plan's E820, and without one its ranges, which is what a device tree says of memory. */
static void read_span(const json_t *entry, struct span *span)
{
	bool tree = has_device_tree();

	span->start = number(entry, tree ? "gpa" : "start");
	span->end = span->start + number(entry, "size");
	span->type = tree ? RAM : (int)number(entry, "type");
	span->node = tree ? (int)number(entry, "node") : 0;
}

/* The plan's map of memory as the kernel holds it: sorted, neighbours of one kind merged. */
static size_t planned_map(struct span **map)
{
	const json_t *entry;
	const json_t *array = json_object_get(plan, has_device_tree() ? "ranges" : "e820");
	struct span *all = need(calloc(json_array_size(array), sizeof(*all)));
	size_t i, n = 0;

	json_array_foreach(array, i, entry) read_span(entry, &all[i]);
	qsort(all, i, sizeof(*all), by_start);
	for (size_t j = 0; j < i; j++) {
		if (n && all[n - 1].end == all[j].start && all[n - 1].type == all[j].type &&
		    all[n - 1].node == all[j].node)
			all[n - 1].end = all[j].end;
		else
			all[n++] = all[j];
	}
	*map = all;
	return n;
}

static const char *type_name(int type)
{
	static const char *const names[] = {
		[1] = "System RAM",	 [2] = "Reserved",
		[3] = "ACPI Tables",	 [4] = "ACPI Non-volatile Storage",
		[5] = "Unusable memory", [7] = "Persistent Memory"
	};

	if (type < 1 || type >= (int)(sizeof(names) / sizeof(names[0])) || !names[type])
		return "Unknown E820 type";
	return names[type];
}

/* As the firmware's map where there is one; else as the kernel's own list of RAM, in which
 * each node's part is an entry of its own. */
static void compare_map(const struct span *map, size_t count)
{
	const char *name = has_device_tree() ? "ram" : "e820";
	char what[64], expected[128];

	for (size_t i = 0; i < count; i++) {
		snprintf(what, sizeof(what), "%s entry %zu", name, i);
		snprintf(expected, sizeof(expected), "0x%llx 0x%llx%s%s",
			 (unsigned long long)map[i].start, (unsigned long long)map[i].end - 1,
			 has_device_tree() ? "" : " ",
			 has_device_tree() ? "" : type_name(map[i].type));
		same_text(what, expected, seen("%s.%zu", name, i));
	}
	snprintf(what, sizeof(what), "%s.%zu", name, count);
	if (strcmp(seen("%s", what), "(nothing)") != 0)
		differ("%s: expected %zu entries, seen one more: '%s'", name, count,
		       seen("%s", what));
}

/* The pages of a node: how many, the first, and the one after the last. */
struct pages {
	uint64_t count, first, end;
};

static void add_pages(struct pages *pages, uint64_t first, uint64_t end, uint64_t count)
{
	if (first >= end)
		return;
	pages->first = pages->count && pages->first < first ? pages->first : first;
	pages->end = pages->end > end ? pages->end : end;
	pages->count += count;
}

/* Whole pages only. On x86 the kernel takes one out, page 0, which it keeps for the firmware
 * whatever E820 says (trim_bios_range). */
static void add_bytes(struct pages *pages, uint64_t start, uint64_t end)
{
	uint64_t first = (start + PAGE - 1) / PAGE;

	first = first ? first : 1;
	end /= PAGE;
	add_pages(pages, first, end, end - first);
}

/* The pages of @node: its ranges where the map has RAM. */
static struct pages planned_pages(int node, const struct span *map, size_t count)
{
	struct pages pages = { 0 };
	const json_t *range;
	size_t r;

	json_array_foreach(json_object_get(plan, "ranges"), r, range)
	{
		uint64_t from = number(range, "gpa"), to = from + number(range, "size");

		for (size_t i = 0; number(range, "node") == node && i < count; i++) {
			uint64_t start = map[i].start > from ? map[i].start : from;
			uint64_t end = map[i].end < to ? map[i].end : to;

			if (map[i].type == RAM && start < end)
				add_bytes(&pages, start, end);
		}
	}
	return pages;
}

static struct pages seen_pages(int node)
{
	unsigned long long present, spanned, first;
	struct pages pages = { 0 };
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "zone.%d.", node);
	for (size_t i = 0; i < line_count; i++) {
		if (strncmp(lines[i].name, prefix, strlen(prefix)) != 0)
			continue;
		if (sscanf(lines[i].value, "%llu %llu %llu", &present, &spanned, &first) == 3)
			add_pages(&pages, first, first + spanned, present);
		else
			differ("node%d: a zone that is no zone: '%s'", node, lines[i].value);
	}
	return pages;
}

static uint64_t size_of_ranges(int node)
{
	const json_t *range;
	uint64_t size = 0;
	size_t i;

	json_array_foreach(json_object_get(plan, "ranges"), i, range) size +=
		number(range, "node") == node ? number(range, "size") : 0;
	return size;
}

static void compare_node_memory(int node, const struct span *map, size_t count)
{
	struct pages expected = planned_pages(node, map, count), got = seen_pages(node);
	uint64_t memory = plan_node(node) ? number(plan_node(node), "memory") : 0;

	if (memory != size_of_ranges(node))
		differ("node%d in the plan: memory %llu, but ranges of %llu bytes", node,
		       (unsigned long long)memory, (unsigned long long)size_of_ranges(node));
	if (expected.count != got.count || expected.first != got.first || expected.end != got.end)
		differ("node%d memory: expected %llu bytes from 0x%llx to 0x%llx, seen %llu from "
		       "0x%llx to 0x%llx",
		       node, (unsigned long long)(expected.count * PAGE),
		       (unsigned long long)(expected.first * PAGE),
		       (unsigned long long)(expected.end * PAGE),
		       (unsigned long long)(got.count * PAGE),
		       (unsigned long long)(got.first * PAGE),
		       (unsigned long long)(got.end * PAGE));
}

void compare_memory(void)
{
	struct span *map;
	size_t count = planned_map(&map);

	compare_map(map, count);
	for (int node = 0; node < node_count(); node++)
		compare_node_memory(node, map, count);
	free(map);
}
