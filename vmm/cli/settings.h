/* SPDX-License-Identifier: MIT */
/*
 * What the user asked for: parsed values, each with the place that it comes from, so that a mistake
 * found late still names its line. options.c fills one from the flags, config.c one from a file;
 * settings_merge() makes one of both and settings_topology() the machine. main owns it.
 */
#ifndef VMM_CLI_SETTINGS_H
#define VMM_CLI_SETTINGS_H

#include "mem/layout.h"
#include "mem/verify.h"
#include "vmm/cli/keys.h"
#include "vmm/guest/boot.h"

struct settings_node {
	unsigned int number;
	struct where declared;
	struct topology_node node;
	struct where where[KEYS_MAX]; /* as long as keys[] */
};

/* --distance A,B=N, both directions; or one number of the matrix, by its place there. */
struct settings_distance {
	unsigned int a, b;
	long value;
	struct where where;
};

/* What is not set is 0. */
struct settings {
	bool help, version;
	char *config;
	char *kernel;
	char *initrd;
	char *cmdline; /* in place of the default */
	char *append; /* after it */
	enum boot_mode boot;
	char *topology; /* NnNlNcNt */
	uint64_t memory; /* bytes in all */
	unsigned int cores;
	unsigned int threads;
	unsigned int packages;
	enum verify_mode verify;
	unsigned int populate_threads; /* 0: one per CPU */
	unsigned int realtime; /* SCHED_FIFO priority of the vCPU threads */
	char *const *command; /* argv's words after --, which end with NULL; NULL: none */
	bool shell;
	char **files, **dirs; /* HOST[:GUEST]; lists end with NULL */
	char *root;
	char *modules; /* NAME,... */
	char **module_dirs;
	char **env; /* NAME[=VALUE] */
	char *chdir;
	char *user;
	char **outs; /* GUEST:HOST */
	bool poweroff;
	uint64_t boot_timeout_ns; /* 0: none */
	bool verbose;
	uint64_t timeout_ns; /* 0: none */
	char *console;
	uint64_t console_limit; /* bytes; 0: none */
	bool no_input;
	char *result;
	bool fail_on_warning;
	bool reboot_is_failure;
	char *symbols;
	bool performance; /* host nodes are chosen where none are named */
	char *run_as;
	bool no_confine;
	bool json; /* plan */
	char *output; /* tables: the folder */

	struct settings_node all; /* for nodes without their own; where[] is of the above too */
	struct settings_node *nodes;
	unsigned int nr_nodes;

	struct settings_distance *distances; /* the matrix, row by row */
	unsigned int nr_distances;

	struct settings_distance *pairs; /* single entries, from flags */
	unsigned int nr_pairs;
};

/* Appends an empty node that @where declares, numbered by its place. */
struct settings_node *settings_add_node(struct settings *settings, struct where where);

/* Where @key is: of @node, or without one of the machine. */
struct slot settings_slot(struct settings *s, struct settings_node *node, const struct key *key);

/* The place of the value of the key @name of @node, or without one of the machine. */
const struct where *settings_where(struct settings *settings, struct settings_node *node,
				   const char *name);

/*
 * Adds what @file says to @flags, which beat it. Nodes or a topology from the flags replace all
 * that the file says of nodes, CPUs and distances. @file is empty afterwards.
 */
void settings_merge(struct settings *flags, struct settings *file);

/*
 * Makes the machine, checked and finished: without nodes or a topology one node with one CPU and
 * without memory 1 GiB. @settings has all nodes then, and what holds for all is in each. Returns 0,
 * or -1 with where and what would be right.
 */
int settings_topology(struct settings *settings, struct topology *t, struct error *err);

/*
 * layout_build() and whether the nodes can be made of the huge pages that they declare; a message
 * begins with the place of what is wrong.
 */
int settings_layout(struct settings *settings, const struct topology *t,
		    const struct layout_space *space, struct layout *layout, struct error *err);

void settings_free(struct settings *settings);

#endif
