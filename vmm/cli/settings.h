/* SPDX-License-Identifier: MIT */
/*
 * What the user asked for, as written: each value with the place it came from, so that a mistake
 * found late still names its line. config.c fills one from a file, options.c one from the flags;
 * settings_override() lays the second over the first and settings_topology() makes the machine.
 * main owns them.
 */
#ifndef VMM_CLI_SETTINGS_H
#define VMM_CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "mem/layout.h"

/* A file and its line, or a flag and 0. A NULL name says that the value is not set. */
struct where {
	const char *name;
	int line;
};

struct setting_text {
	char *text;
	struct where where;
};

struct setting_number {
	uint64_t value;
	struct where where;
};

/*
 * The keys of a node's placement; given for the machine, they hold for the nodes without their own.
 */
enum settings_key {
	KEY_HOST,
	KEY_POLICY,
	KEY_PAGES,
	KEY_SHARED,
	KEY_POPULATE,
	KEY_STRICT,
	KEY_PIN,
	SETTINGS_NR_KEYS,
};

extern const char *const settings_key_names[SETTINGS_NR_KEYS];

/* The key called @name, or SETTINGS_NR_KEYS. */
enum settings_key settings_find_key(const char *name);

struct settings_node {
	unsigned int number;
	struct where where;
	struct setting_number memory; /* bytes */
	struct setting_number llcs;
	struct setting_text keys[SETTINGS_NR_KEYS];
};

/* One number of the matrix. */
struct settings_entry {
	long value;
	struct where where;
};

/* --distance A,B=N: both directions. */
struct settings_distance {
	unsigned int a, b;
	long value;
	struct where where;
};

struct settings {
	struct setting_text kernel;
	struct setting_text initrd;
	struct setting_text cmdline; /* in place of the default */
	struct setting_text append; /* behind it */
	struct setting_text topology; /* NnNlNcNt */
	struct setting_number memory; /* bytes in all */
	struct setting_number cores;
	struct setting_number threads;
	struct setting_number packages;
	struct setting_text keys[SETTINGS_NR_KEYS];
	struct setting_text verify;
	struct setting_number realtime; /* SCHED_FIFO priority of the vCPU threads */

	struct settings_node *nodes;
	unsigned int nr_nodes;

	struct settings_entry *distances; /* the matrix, row by row */
	unsigned int nr_distances;
	struct where distances_where;

	struct settings_distance *pairs; /* single entries, from flags */
	unsigned int nr_pairs;
};

/* Puts "FILE:LINE: " or "FLAG: " in front of the message. Returns -1. */
int settings_error_at(struct error *err, const struct where *where);

/* Sets @setting to a copy of @text, in place of what was there. */
void settings_set_text(struct setting_text *setting, const char *text, struct where where);

/* Appends an empty node that @where declares. */
struct settings_node *settings_add_node(struct settings *settings, struct where where);

/*
 * Lays @flags over @file: a flag beats the file. Nodes or a topology from the flags replace all
 * that the file says of nodes, CPUs and distances. @flags is empty afterwards.
 */
void settings_override(struct settings *file, struct settings *flags);

/*
 * Makes the machine, checked and finished. Without nodes or a topology that is one node with one
 * CPU; without memory it is 1 GiB. Returns 0, or -1 with where and what would be right.
 */
int settings_topology(const struct settings *settings, struct topology *t, struct error *err);

/* Its part for the placements of @t's nodes; in settings_place.c. */
int settings_place(const struct settings *settings, struct topology *t, struct error *err);

/*
 * layout_build() and whether the nodes can be made of the huge pages that they declare; a message
 * begins with the place of what is wrong.
 */
int settings_layout(const struct settings *settings, const struct topology *t,
		    const struct layout_space *space, struct layout *layout, struct error *err);

void settings_free(struct settings *settings);

#endif
