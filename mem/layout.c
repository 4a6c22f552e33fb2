// SPDX-License-Identifier: MIT
#include "mem/layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "mem/xalloc.h"

static void add_range(struct layout *layout, unsigned int node, uint64_t gpa, uint64_t size)
{
	struct layout_range *range = &layout->ranges[layout->nr_ranges];

	*range = (struct layout_range){
		.node = node,
		.slot = layout->nr_ranges++,
		.gpa = gpa,
		.size = size,
		.offset = layout->size,
	};
	layout->size += size;
}

/* The next hole that begins at or above @gpa, or holds it. */
static const struct layout_hole *next_hole(const struct layout_space *space, uint64_t gpa)
{
	for (unsigned int i = 0; i < space->nr_holes; i++)
		if (gpa < space->holes[i].end)
			return &space->holes[i];
	return NULL;
}

/* Places @size bytes of @node from @gpa on, around the holes. Returns the address after them. */
static uint64_t place_node(struct layout *layout, const struct layout_space *space,
			   unsigned int node, uint64_t gpa, uint64_t size)
{
	while (size) {
		const struct layout_hole *hole = next_hole(space, gpa);
		uint64_t piece = size;

		if (hole && gpa >= hole->start) {
			gpa = hole->end;
			continue;
		}
		if (hole && piece > hole->start - gpa)
			piece = hole->start - gpa;
		add_range(layout, node, gpa, piece);
		gpa += piece;
		size -= piece;
	}
	return gpa;
}

/* Also bounds the sum far below what the addresses' arithmetic could overflow at. */
int layout_check_memory(const struct topology *t, struct error *err)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		if (t->nodes[i].size > UINT64_MAX / 4 - sum)
			return error_set(err,
					 "node %u: the nodes' memory adds up to more than any "
					 "machine can address",
					 i);
		sum += t->nodes[i].size;
	}
	if (!sum)
		return error_set(err, "no node has memory: give one of them memory = 256M");
	if (t->memory && sum != t->memory)
		return error_set(err, "the nodes' memory, %llu MiB, must equal memory, %llu MiB",
				 (unsigned long long)sum >> 20,
				 (unsigned long long)t->memory >> 20);
	return 0;
}

static int check_top(const struct layout *layout, const struct layout_space *space,
		     struct error *err)
{
	uint64_t last = layout_end(layout) - 1;

	if (space->phys_bits < 64 && last >> space->phys_bits)
		return error_set(
			err,
			"RAM would reach up to 0x%llx, but this host's guests have %u physical "
			"address bits: use less memory",
			(unsigned long long)last, space->phys_bits);
	return 0;
}

int layout_build(const struct topology *t, const struct layout_space *space, struct layout *layout,
		 struct error *err)
{
	uint64_t gpa = space->ram_base;

	*layout = (struct layout){ 0 };
	if (layout_check_memory(t, err))
		return -1;
	/* Each hole splits one node at most. */
	layout->ranges = xcalloc(t->nr_nodes + space->nr_holes, sizeof(*layout->ranges));
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		gpa = place_node(layout, space, i, gpa, t->nodes[i].size);
	if (check_top(layout, space, err)) {
		layout_free(layout);
		return -1;
	}
	return 0;
}

/* The multiples of @page around @size: "2048 or 4096 MiB", or the one above. */
static const char *nearest(unsigned long long size, unsigned long long page, char text[64])
{
	unsigned long long below = size / page * page;

	if (below)
		snprintf(text, 64, "%llu or %llu MiB", below, below + page);
	else
		snprintf(text, 64, "%llu MiB", page);
	return text;
}

int layout_check_pages(const struct layout *layout, unsigned int node, uint64_t page_size,
		       struct error *err)
{
	unsigned long long before = 0, size = 0, page = page_size >> 20; /* all sizes are MiB */
	char sizes[64];

	if (!page)
		return 0;
	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		const struct layout_range *range = &layout->ranges[i];

		before += range->node < node ? range->size >> 20 : 0;
		size += range->node == node ? range->size >> 20 : 0;
	}
	if (size && before % page)
		return error_set(err,
				 "begins at %llu MiB, which is no multiple of its pages of %llu "
				 "MiB: give the nodes before it %s",
				 before, page, nearest(before, page, sizes));
	if (size % page)
		return error_set(err, "%llu MiB cannot be made of pages of %llu MiB: use %s", size,
				 page, nearest(size, page, sizes));
	return 0;
}

const struct layout_range *layout_range_at(const struct layout *layout, uint64_t gpa)
{
	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		const struct layout_range *range = &layout->ranges[i];

		if (gpa >= range->gpa && gpa - range->gpa < range->size)
			return range;
	}
	return NULL;
}

uint64_t layout_end(const struct layout *layout)
{
	const struct layout_range *last = &layout->ranges[layout->nr_ranges - 1];

	return last->gpa + last->size;
}

void layout_free(struct layout *layout)
{
	free(layout->ranges);
	*layout = (struct layout){ 0 };
}
