// SPDX-License-Identifier: MIT
#include "arch/fdt/tree.h"

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
