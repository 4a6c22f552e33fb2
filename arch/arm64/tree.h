/* SPDX-License-Identifier: MIT */
/*
 * A device tree while it is written: libfdt's sequential writing, with the machine that it is of
 * and the first error kept, so that a node reads as a list. fdt.c makes one and looks at the error
 * at the end. Pure.
 */
#ifndef ARCH_ARM64_TREE_H
#define ARCH_ARM64_TREE_H

#include "arch/arm64/fdt.h"

struct tree {
	const struct machine *machine;
	const struct fdt_chosen *chosen;
	void *data;
	size_t size;
	int error; /* the first of libfdt's; nothing is written after it */
};

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
 * The numbers that nodes name one another by (Devicetree Specification 2.3.3): one for the
 * interrupt controller, each CPU, each core's cache and each last-level cache.
 */
#define PHANDLE_GIC 1
uint32_t phandle_cpu(const struct tree *tree, unsigned int cpu);
uint32_t phandle_core_cache(const struct tree *tree, unsigned int core);
uint32_t phandle_llc(const struct tree *tree, unsigned int llc);

/* /cpus with the caches and cpu-map. In fdt_cpus.c. */
void tree_add_cpus(struct tree *tree);

/* Interrupt controller, timer, performance counters, PSCI and serial port. In fdt_devices.c. */
void tree_add_devices(struct tree *tree);

#endif
