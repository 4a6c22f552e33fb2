/* SPDX-License-Identifier: MIT */
/* Guest memory from a line of text, and what this process has mapped. */
#ifndef TESTS_UNIT_MEMORY_H
#define TESTS_UNIT_MEMORY_H

#include "mem/ram.h"

struct memory {
	struct topology t;
	struct layout layout;
	struct ram ram;
};

/* Declares @nodes (support.h) and allocates their RAM on x86-64. */
void memory_make(struct memory *m, const char *nodes, bool populate);

/* The second half of that: @m's topology is there already. */
void memory_allocate(struct memory *m, bool populate);

void memory_free(struct memory *m);

/* Bytes of [@start, @end) that this process has mapped, by /proc/self/maps. */
uint64_t mapped_bytes(uintptr_t start, uintptr_t end);

#endif
