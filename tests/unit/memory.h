/* SPDX-License-Identifier: MIT */
/* Guest memory from a line of text, and what this process has mapped. */
#ifndef TESTS_UNIT_MEMORY_H
#define TESTS_UNIT_MEMORY_H

#include "mem/ram.h"

struct memory {
	struct machine machine;
	struct fit fit;
	struct ram ram;
};

/* Declares @nodes (support.h) and allocates their RAM on x86-64. */
void memory_make(struct memory *m, const char *nodes, bool populate);

/* The second half of that: @m's topology is there already. */
void memory_allocate(struct memory *m, bool populate);

/*
 * What run does with a machine that has a layout: fit_make() and ram_allocate(). Returns 0, or -1
 * with nothing mapped.
 */
int memory_fit(struct memory *m, const struct ram_options *options, struct error *err);

void memory_free(struct memory *m);

/* "bind/thp bind/2M-": policy and pages of each node, '-' where something is given up. */
void describe_backings(const struct backing *backings, unsigned int nr, char text[100]);

/* Whole MiB of memory and swap that this host has. */
uint64_t host_mib(void);

/* Bytes of [@start, @end) that this process has mapped, by /proc/self/maps. */
uint64_t mapped_bytes(uintptr_t start, uintptr_t end);

#endif
