// SPDX-License-Identifier: MIT
#include "arch/fdt/tree.h"

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"

void tree_open(struct tree *tree, const struct machine *m, size_t max)
{
	*tree = (struct tree){ m, xcalloc(1, max), max, 0 };
	tree->error = fdt_create(tree->data, max);
	if (!tree->error)
		tree->error = fdt_finish_reservemap(tree->data);
	tree_begin(tree, "%s", "");
}

int tree_close(struct tree *tree, struct blob *blob, struct error *err)
{
	tree_end(tree);
	if (!tree->error)
		tree->error = fdt_finish(tree->data);
	if (!tree->error)
		blob_add(blob, tree->data, fdt_totalsize(tree->data));
	free(tree->data);
	if (tree->error == -FDT_ERR_NOSPACE)
		return error_set(err,
				 "the device tree takes more than %zu KiB, all that Linux reads "
				 "beside a boot's own part: use fewer nodes or CPUs",
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
	if (!tree->error)
		tree->error = fdt_begin_node(tree->data, name);
}

void tree_end(struct tree *tree)
{
	if (!tree->error)
		tree->error = fdt_end_node(tree->data);
}

void tree_bytes(struct tree *tree, const char *name, const void *data, size_t size)
{
	if (!tree->error)
		tree->error = fdt_property(tree->data, name, data, size);
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

uint32_t tree_phandle(const struct tree *tree, enum phandle kind, unsigned int i)
{
	return PHANDLE_INTC + 1 + kind * tree->machine->topology.nr_cpus + i;
}

void tree_add_chosen(struct tree *tree, const struct fdt_chosen *chosen)
{
	tree_begin(tree, "chosen");
	tree_string(tree, "stdout-path", "serial0");
	if (chosen) {
		tree_string(tree, "bootargs", chosen->cmdline);
		tree_cells(tree, "kaslr-seed", TREE_U64(chosen->kaslr_seed));
		tree_bytes(tree, "rng-seed", chosen->rng_seed, sizeof(chosen->rng_seed));
	}
	if (chosen && chosen->initrd_size) {
		tree_cells(tree, "linux,initrd-start", TREE_U64(chosen->initrd));
		tree_cells(tree, "linux,initrd-end",
			   TREE_U64(chosen->initrd + chosen->initrd_size));
	}
	tree_end(tree);
}
