/* SPDX-License-Identifier: MIT */
/*
 * The machine as declared: nodes, their memory and CPUs, and the distances between them. Made from
 * the settings and checked once by topology_finish(); const from then on. struct machine owns it.
 */
#ifndef MEM_TOPOLOGY_H
#define MEM_TOPOLOGY_H

#include <stdint.h>

#include "mem/error.h"
#include "mem/placement.h"

#define TOPOLOGY_MAX_NODES 1024 /* Linux's NODES_SHIFT is at most 10 */
#define TOPOLOGY_MAX_CPUS 8192 /* Linux's NR_CPUS at most; KVM has its own, lower limit */

/* ACPI 6.5 5.2.17, System Locality Information Table. */
#define TOPOLOGY_DISTANCE_LOCAL 10
#define TOPOLOGY_DISTANCE_REMOTE 20
#define TOPOLOGY_DISTANCE_UNREACHABLE 255

struct topology_node {
	uint64_t size; /* bytes of memory, whole MiB; 0 for a node of CPUs alone */
	unsigned int llcs; /* last-level caches, each with its cores; 0 for memory alone */
	struct placement placement;
};

/* One CPU. llc and core are numbered through the machine, thread within its core. */
struct topology_cpu {
	unsigned int node;
	unsigned int package;
	unsigned int llc;
	unsigned int core;
	unsigned int thread;
	unsigned int llc_in_package;
	unsigned int core_in_llc;
};

struct topology {
	unsigned int nr_nodes;
	unsigned int cores; /* per last-level cache */
	unsigned int threads; /* per core */
	unsigned int packages; /* 0 before topology_finish(): one per node with CPUs */
	uint64_t memory; /* bytes in all as declared; 0: not declared, the nodes' sum holds */
	struct topology_node *nodes;
	uint8_t *distances; /* nr_nodes rows of nr_nodes */

	/* From topology_finish(). */
	unsigned int nr_cpus;
	unsigned int llcs_per_package; /* of the package that has the most */
	struct topology_cpu *cpus;
};

/* NnNlNcNt: nodes, last-level caches in the whole machine, cores per cache, threads per core. */
struct topology_shape {
	unsigned int nodes;
	unsigned int llcs;
	unsigned int cores;
	unsigned int threads;
};

/* Reads "2n4l4c2t". Returns 0, or -1 with what is wrong and what would be right. */
int topology_parse_shape(const char *text, struct topology_shape *shape, struct error *err);

/* Linux takes as many nodes, which can share the caches evenly. Returns 0, or -1 with the cure. */
int topology_check_shape(const struct topology_shape *shape, struct error *err);

/*
 * Makes @t a machine of @nr_nodes empty nodes (1..TOPOLOGY_MAX_NODES) of strict placement, with one
 * core per cache, one thread per core, and distances of 10 on the diagonal and 20 elsewhere.
 */
void topology_init(struct topology *t, unsigned int nr_nodes);

/* Shares @memory (bytes, whole MiB) evenly in whole MiB; the last node gets what remains. */
void topology_share_memory(struct topology *t, uint64_t memory);

/*
 * Makes @t the uniform machine @shape with @memory bytes. Returns 0, or -1 when the shape is
 * wrong or there is less than 1 MiB per node; @t is then empty.
 */
int topology_uniform(struct topology *t, const struct topology_shape *shape, uint64_t memory,
		     struct error *err);

/* The distance from node @from to node @to; writable while the machine is being filled in. */
uint8_t *topology_distance(const struct topology *t, unsigned int from, unsigned int to);

/* Node @node has memory or CPUs, its memory in whole MiB. Returns 0, or -1 naming it. */
int topology_check_node(const struct topology *t, unsigned int node, struct error *err);

/* A number is a distance from @from to @to: 10 for itself, else 11..254, or 255, unreachable. */
int topology_check_distance(unsigned int from, unsigned int to, long value, struct error *err);

/* The packages that are given share the nodes with CPUs evenly, where there are any. 0, or -1. */
int topology_check_packages(const struct topology *t, struct error *err);

/*
 * Checks the whole and numbers the CPUs: node by node, cache by cache, core by core, thread by
 * thread. Returns 0, or -1 naming the node that is wrong.
 */
int topology_finish(struct topology *t, struct error *err);

/* Gives back all that @t owns and leaves it zeroed. */
void topology_free(struct topology *t);

#endif
