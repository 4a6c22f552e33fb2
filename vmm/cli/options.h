/* SPDX-License-Identifier: MIT */
/*
 * The command line: which verb, and the settings that its flags make. GNU conventions,
 * getopt_long(3). Called by main first of all; prints nothing but help, and starts nothing.
 */
#ifndef VMM_CLI_OPTIONS_H
#define VMM_CLI_OPTIONS_H

#include <stdio.h>

#include "vmm/cli/settings.h"

struct request;

/* A row of the table of verbs, verbs.c. */
struct verb {
	const char *name;
	const char *usage; /* what follows the name */
	const char *summary; /* for the help of all */
	const char *about; /* for its own help, before the flags */
	const char *notes; /* after them */
	unsigned int group; /* of its own keys; it takes those of the machine and of run too */
	unsigned int shown; /* groups that its help shows before its own */
	void (*begin)(struct request *request); /* before the machine is made, or NULL */
	int (*act)(struct request *request, int ret, struct error *err);
};

/*
 * Reads the arguments into @settings with one of @verbs, which end with a row without a name; NULL
 * where help or the version is asked for without a verb. Returns 0, or -1 with the cure; what could
 * be read is in @settings all the same. A command in them is words of @argv.
 */
int options_parse(int argc, char **argv, const struct verb *verbs, const struct verb **verb,
		  struct settings *settings, struct error *err);

/* Prints what --help prints for @verb, or for all @verbs without one. */
void options_help(const struct verb *verbs, const struct verb *verb, FILE *file);

#endif
