// SPDX-License-Identifier: MIT
#include "arch/arm64/tree.h"

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"

static void note(struct tree *tree, int error)
{
	if (!tree->error)
		tree->error = error;
}

void tree_begin(struct tree *tree, const char *fmt, ...)
{
	char name[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	if (!tree->error)
		note(tree, fdt_begin_node(tree->data, name));
}

void tree_end(struct tree *tree)
{
	if (!tree->error)
		note(tree, fdt_end_node(tree->data));
}

void tree_bytes(struct tree *tree, const char *name, const void *data, size_t size)
{
	if (!tree->error)
		note(tree, fdt_property(tree->data, name, data, size));
}

void tree_string(struct tree *tree, const char *name, const char *text)
{
	tree_bytes(tree, name, text, strlen(text) + 1);
}

void tree_array(struct tree *tree, const char *name, const uint32_t *cells, size_t nr)
{
	fdt32_t *big = xcalloc(nr, sizeof(*big));

	for (size_t i = 0; i < nr; i++)
		big[i] = cpu_to_fdt32(cells[i]);
	tree_bytes(tree, name, big, nr * sizeof(*big));
	free(big);
}

uint32_t phandle_cpu(const struct tree *tree, unsigned int cpu)
{
	(void)tree;
	return PHANDLE_GIC + 1 + cpu;
}

/* There are at most as many cores as CPUs. */
uint32_t phandle_core_cache(const struct tree *tree, unsigned int core)
{
	return phandle_cpu(tree, tree->machine->topology.nr_cpus) + core;
}

uint32_t phandle_llc(const struct tree *tree, unsigned int llc)
{
	return phandle_core_cache(tree, tree->machine->topology.nr_cpus) + llc;
}
