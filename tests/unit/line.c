// SPDX-License-Identifier: MIT
#include "tests/unit/line.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/verbs.h"

void line_parse(struct line *line, const char *text)
{
	char *rest;

	*line = (struct line){ .text = xasprintf("numavm %s", text) };
	rest = line->text;
	while (rest && *rest) {
		ck_assert_int_lt(line->argc, LINE_MAX_ARGS);
		line->argv[line->argc++] = strsep(&rest, " ");
	}
	line->ret = options_parse(line->argc, line->argv, verbs, &line->verb, &line->s, &line->err);
}

void line_end(struct line *line)
{
	settings_free(&line->s);
	free(line->text);
}
