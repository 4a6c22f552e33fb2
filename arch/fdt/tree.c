// SPDX-License-Identifier: MIT
#include "arch/fdt/tree.h"

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"

#define FIRST_SIZE 0x10000UL

/*
 * Takes what a call of libfdt's returned. Returns true when the call is to be made again, since
 * there is more room now; else it is noted.
 */
static bool again(struct tree *tree, int error)
{
	size_t size = tree->size * 2 < tree->max ? tree->size * 2 : tree->max;
	void *larger;

	if (error != -FDT_ERR_NOSPACE || size == tree->size) {
		tree->error = error;
		return false;
	}
	larger = xcalloc(1, size);
	fdt_resize(tree->data, larger, size);
	free(tree->data);
	tree->data = larger;
	tree->size = size;
	return true;
}

void tree_open(struct tree *tree, const struct machine *m, size_t max)
{
	*tree = (struct tree){ m, xcalloc(1, FIRST_SIZE), FIRST_SIZE, max, 0 };
	tree->error = fdt_create(tree->data, tree->size);
	if (!tree->error)
		tree->error = fdt_finish_reservemap(tree->data);
	tree_begin(tree, "%s", "");
}

int tree_close(struct tree *tree, struct blob *blob, struct error *err)
{
	tree_end(tree);
	while (!tree->error && again(tree, fdt_finish(tree->data)))
		;
	if (!tree->error)
		blob_add(blob, tree->data, fdt_totalsize(tree->data));
	free(tree->data);
	if (tree->error == -FDT_ERR_NOSPACE)
		return error_set(err,
				 "the device tree takes more than %zu KiB, which Linux does not "
				 "read: use fewer nodes or CPUs",
				 tree->max >> 10);
	return tree->error ? error_set(err, "the device tree: %s", fdt_strerror(tree->error)) : 0;
}

void tree_begin(struct tree *tree, const char *fmt, ...)
{
	char name[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	while (!tree->error && again(tree, fdt_begin_node(tree->data, name)))
		;
}

void tree_end(struct tree *tree)
{
	while (!tree->error && again(tree, fdt_end_node(tree->data)))
		;
}

void tree_bytes(struct tree *tree, const char *name, const void *data, size_t size)
{
	while (!tree->error && again(tree, fdt_property(tree->data, name, data, size)))
		;
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
	return PHANDLE_INTC + 1 + cpu;
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
