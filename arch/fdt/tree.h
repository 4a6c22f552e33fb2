/* SPDX-License-Identifier: MIT */
/*
 * A device tree while it is written, and the parts of it that every architecture has alike. An
 * architecture's fdt_build() opens it, adds parts of its own between these, and closes it. It is
 * libfdt's sequential writing with the first error kept, so that a node reads as a list. Pure.
 * Sources: Devicetree Specification 0.4; Linux, Documentation/devicetree/bindings/.
 */
#ifndef ARCH_FDT_TREE_H
#define ARCH_FDT_TREE_H

#include "arch/blob.h"
#include "mem/machine.h"

#define FDT_RNG_SEED_SIZE 32

/* What one boot adds. Addresses are guest-physical. */
struct fdt_chosen {
	const char *cmdline;
	uint64_t initrd, initrd_size; /* 0: none */
	uint64_t kaslr_seed;
	uint8_t rng_seed[FDT_RNG_SEED_SIZE];
};

struct tree {
	const struct machine *machine;
	void *data;
	size_t max; /* bytes of data */
	int error; /* the first of libfdt's; nothing is written after it */
};

/* Starts a tree of at most @max bytes, with its root node open. */
void tree_open(struct tree *tree, const struct machine *m, size_t max);

/*
 * Ends the root node and appends the tree to @blob, which is empty. Returns 0, or -1 when the
 * machine has more nodes or CPUs than fit. Frees what the tree holds.
 */
int tree_close(struct tree *tree, struct blob *blob, struct error *err);

/* The two cells of an address or a size. */
#define TREE_U64(value) (uint32_t)((uint64_t)(value) >> 32), (uint32_t)(value)

/* A property of the cells that follow @name. */
#define tree_cells(tree, name, ...)                               \
	tree_array(tree, name, (const uint32_t[]){ __VA_ARGS__ }, \
		   sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

/* Opens a node; tree_end() closes the one that was opened last. */
void tree_begin(struct tree *tree, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tree_end(struct tree *tree);

/* @size bytes; a property without a value when there are none. */
void tree_bytes(struct tree *tree, const char *name, const void *data, size_t size);
void tree_string(struct tree *tree, const char *name, const char *text);
void tree_array(struct tree *tree, const char *name, const uint32_t *cells, size_t nr);

/*
 * The numbers that nodes name one another by (Devicetree Specification 2.3.3): the interrupt
 * controller's, and that of CPU, core or last-level cache @i, of which there are no more than CPUs.
 */
#define PHANDLE_INTC 1
enum phandle { PHANDLE_CPU, PHANDLE_CORE_CACHE, PHANDLE_LLC };
uint32_t tree_phandle(const struct tree *tree, enum phandle kind, unsigned int i);

/* /chosen; of the machine alone without @chosen (NULL). The console is /aliases' serial0. */
void tree_add_chosen(struct tree *tree, const struct fdt_chosen *chosen);

/* Each range of memory with its node, and /distance-map. In numa.c. */
void tree_add_memory(struct tree *tree);
void tree_add_distances(struct tree *tree);

/*
 * What /cpus holds besides the CPUs' nodes, cpu-map and the further caches, and what of the caches
 * is in CPU @cpu's own node. In caches.c.
 */
void tree_add_cpu_map(struct tree *tree);
void tree_add_caches(struct tree *tree);
void tree_add_cpu_caches(struct tree *tree, unsigned int cpu);

#endif
