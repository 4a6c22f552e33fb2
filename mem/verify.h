/* SPDX-License-Identifier: MIT */
/*
 * Proof: where the kernel says that the pages are, and whether that is what the policy promised.
 * mem/ram asks after populating and owns the counts; the report shows them.
 */
#ifndef MEM_VERIFY_H
#define MEM_VERIFY_H

#include "mem/backing.h"

enum verify_mode {
	VERIFY_DEFAULT, /* as VERIFY_SAMPLE, where the kernel lets it ask */
	VERIFY_SAMPLE, /* VERIFY_LEAST pages per node, spread evenly, or all */
	VERIFY_FULL,
	VERIFY_NO,
};

#define VERIFY_LEAST 4096

/* In pages of the backing's size; 4k for THP. */
struct verify_counts {
	uint64_t pages; /* that the node has */
	uint64_t asked; /* that the kernel was asked for */
	uint64_t missing; /* of those: not there */
	unsigned int nr_nodes;
	uint64_t *by_node; /* of those: on each host node */
};

/* "sample", "full", "no"; yes is sample. -1 for anything else. */
int verify_parse_mode(const char *name, enum verify_mode *mode, struct error *err);

/* All zero, for @nr_nodes host nodes. */
void verify_init(struct verify_counts *counts, unsigned int nr_nodes);

/*
 * Asks where @size bytes at @addr are, for one of @every pages: move_pages(2) without a move, and
 * adds the answers to @counts. Returns 0, or -1 naming the call.
 */
int verify_count(const struct backing *backing, uint8_t *addr, uint64_t size, uint64_t every,
		 struct verify_counts *counts, struct error *err);

/*
 * Compares with the policy: bind, all on its nodes; the interleaving ones, each node's share within
 * 5 per cent of all and a huge page; nothing missing. weights[] is by host node, for weighted
 * interleaving. Pure. Returns 0, or -1 with what is where.
 */
int verify_judge(const struct backing *backing, const struct verify_counts *counts,
		 const unsigned int *weights, struct error *err);

void verify_free(struct verify_counts *counts);

#endif
