/* SPDX-License-Identifier: MIT */
/*
 * The command line: which verb, its settings and how to run. GNU conventions, getopt_long(3).
 * Called by main first of all; prints nothing and starts nothing.
 */
#ifndef VMM_CLI_OPTIONS_H
#define VMM_CLI_OPTIONS_H

#include "vmm/cli/settings.h"
#include "vmm/guest/boot.h"

enum verb {
	VERB_NONE, /* only help or version asked for */
	VERB_RUN,
	VERB_PLAN,
	VERB_TABLES,
};

struct options {
	enum verb verb;
	bool help;
	bool version;
	const char *config;
	struct settings flags;

	/* run */
	enum boot_mode boot;
	uint64_t timeout_ns; /* 0: none */
	const char *console;
	const char *result;
	uint64_t populate_threads; /* 0: one a CPU */

	/* plan */
	bool json;

	/* tables */
	const char *output;
};

/* Reads the arguments, which must outlive @options. Returns 0, or -1 with the cure. */
int options_parse(int argc, char **argv, struct options *options, struct error *err);

/* What --help prints for @verb. */
const char *options_help(enum verb verb);

void options_free(struct options *options);

#endif
