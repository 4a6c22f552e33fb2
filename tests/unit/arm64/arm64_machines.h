/* SPDX-License-Identifier: MIT */
/* The machines whose device trees are checked, and what a tree says of NUMA as Linux reads it. */
#ifndef TESTS_UNIT_ARM64_MACHINES_H
#define TESTS_UNIT_ARM64_MACHINES_H

#include <libfdt.h>

#include "arch/arm64/fdt.h"

/* The largest of the machines below, and more. */
#define FDT_CASE_CPUS 512
#define FDT_CASE_NODES 32

/* A machine with its tree. */
struct fdt_case {
	struct arch_host host;
	struct machine machine;
	struct blob blob;
	const void *fdt;
};

/*
 * How many machines there are: a list of our own, with asymmetric distances, and all of configs/.
 */
unsigned int fdt_case_count(void);

/* Makes the one numbered @i with its tree. */
void fdt_case_make(struct fdt_case *c, unsigned int i, const struct fdt_chosen *chosen);

void fdt_case_free(struct fdt_case *c);

/*
 * A property's cells, or NULL; one that must be a single cell; two cells; whether a string is in
 * it.
 */
const fdt32_t *fdt_cells(const void *fdt, int node, const char *name, unsigned int *nr);
uint32_t fdt_cell(const void *fdt, int node, const char *name);
uint64_t fdt_wide(const fdt32_t *at);
bool fdt_says(const void *fdt, int node, const char *name, const char *text);

/* The node at @path, which must be there. */
int fdt_at(const void *fdt, const char *path);

struct fdt_numa {
	unsigned int nr_cpus;
	uint32_t cpu_ids[FDT_CASE_CPUS]; /* MPIDRs, as they come */
	uint32_t cpu_nodes[FDT_CASE_CPUS];
	unsigned int nr_ranges;
	struct {
		uint64_t start, size;
		uint32_t node;
	} ranges[FDT_CASE_NODES]; /* as they come */
	uint8_t distances[FDT_CASE_NODES][FDT_CASE_NODES]; /* 0: not said */
};

/* Reads it as drivers/of/of_numa.c does. */
void fdt_numa_read(const void *fdt, struct fdt_numa *numa);

#endif
