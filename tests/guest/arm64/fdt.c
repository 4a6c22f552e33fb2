// SPDX-License-Identifier: MIT
/* The part of the guests' library that reads the device tree. */
#include "guest.h"

#define STRUCT_OFFSET 8 /* Devicetree Specification 0.4, 5.2 */
#define STRINGS_OFFSET 12
#define BEGIN_NODE 1 /* 5.4.1 */
#define END_NODE 2
#define PROPERTY 3
#define NOP 4

const uint8_t *fdt;

uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int same_text(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static uint32_t length(const char *text)
{
	uint32_t n = 0;

	while (text[n])
		n++;
	return n;
}

static const uint8_t *aligned(const uint8_t *at)
{
	return (const uint8_t *)(((uintptr_t)at + 3) & ~(uintptr_t)3);
}

static void enter(struct fdt_node *node, const uint8_t *name)
{
	node->name = (const char *)name;
	node->inside = aligned(name + length(node->name) + 1);
}

void fdt_first(struct fdt_node *node)
{
	const uint8_t *at = fdt + get_be32(fdt + STRUCT_OFFSET);

	while (get_be32(at) == NOP)
		at += 4;
	if (get_be32(at) != BEGIN_NODE)
		fail("no root in the tree, but", get_be32(at));
	node->depth = 0;
	enter(node, at + 4);
}

int fdt_next(struct fdt_node *node)
{
	const uint8_t *at = node->inside;

	for (;; at += 4) {
		switch (get_be32(at)) {
		case BEGIN_NODE:
			node->depth++;
			enter(node, at + 4);
			return 1;
		case END_NODE:
			if (node->depth-- == 0)
				return 0;
			break;
		case PROPERTY:
			at = aligned(at + 8 + get_be32(at + 4));
			break;
		case NOP:
			break;
		default:
			fail("in the tree a token", get_be32(at));
		}
	}
}

const uint8_t *fdt_property(const struct fdt_node *node, const char *name, uint32_t *size)
{
	const char *strings = (const char *)fdt + get_be32(fdt + STRINGS_OFFSET);
	const uint8_t *at = node->inside;

	for (;; at += 4) {
		if (get_be32(at) == NOP)
			continue;
		if (get_be32(at) != PROPERTY)
			return NULL;
		if (same_text(strings + get_be32(at + 8), name)) {
			*size = get_be32(at + 4);
			return at + 12;
		}
		at = aligned(at + 8 + get_be32(at + 4));
	}
}

uint32_t fdt_cell(const struct fdt_node *node, const char *name, unsigned int index, uint32_t other)
{
	uint32_t size;
	const uint8_t *at = fdt_property(node, name, &size);

	return at && index < size / 4 ? get_be32(at + (uint64_t)index * 4) : other;
}

uint64_t fdt_cells(const struct fdt_node *node, const char *name, unsigned int index)
{
	uint32_t size;
	const uint8_t *at = fdt_property(node, name, &size);

	if (!at || index + 2 > size / 4)
		fail("too short a property of a node of depth", node->depth);
	at += (uint64_t)index * 4;
	return (uint64_t)get_be32(at) << 32 | get_be32(at + 4);
}

int fdt_has(const struct fdt_node *node, const char *name, const char *text)
{
	uint32_t size, done = 0;
	const uint8_t *at = fdt_property(node, name, &size);

	while (at && done < size) {
		if (same_text((const char *)at + done, text))
			return 1;
		done += length((const char *)at + done) + 1;
	}
	return 0;
}

void fdt_find(struct fdt_node *node, const char *name, const char *text)
{
	fdt_first(node);
	do {
		if (fdt_has(node, name, text))
			return;
	} while (fdt_next(node));
	put("not in the tree: ");
	put(text);
	put("\n");
	fail("a node is missing", 0);
}
