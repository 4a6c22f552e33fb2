/* SPDX-License-Identifier: MIT */
/* A command line from one text, as options_parse() reads it. */
#ifndef TESTS_UNIT_LINE_H
#define TESTS_UNIT_LINE_H

#include "vmm/cli/options.h"

#define LINE_MAX_ARGS 32

struct line {
	char *text;
	char *argv[LINE_MAX_ARGS + 1];
	int argc;
	const struct verb *verb;
	struct settings s;
	struct error err;
	int ret;
};

/* Reads "numavm @text", whose words are parted by one blank each. */
void line_parse(struct line *line, const char *text);

void line_end(struct line *line);

#endif
