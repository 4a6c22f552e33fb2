// SPDX-License-Identifier: MIT
#include "vmm/cli/config_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* In the middle of a word, as in a path, "//" is no comment. */
static bool ends_word(char c)
{
	return !c || isspace((unsigned char)c) || strchr("{}=,;()+\"'", c);
}

/* The end of the comment at @text, or NULL when there is none; @before is what stands in front. */
static const char *comment_end(const char *text, char before)
{
	const char *end;

	if (!strncmp(text, "/*", 2)) {
		end = strstr(text + 2, "*/");
		return end ? end + 2 : text + strlen(text);
	}
	if (*text == '#' || (!strncmp(text, "//", 2) && ends_word(before)))
		return text + strcspn(text, "\n");
	return NULL;
}

/* The end of the quoted string at @text, or NULL; a quote behind a backslash is part of it. */
static const char *quote_end(const char *text)
{
	const char *end = text + 1;

	while (*end && *end != *text)
		end += end[0] == '\\' && end[1] ? 2 : 1;
	return *end ? end + 1 : NULL;
}

int config_text_prepare(const char *path, char *text, struct error *err)
{
	int line = 1, opened = 0;
	const char *end;

	for (char *at = text; *at;) {
		bool comment = (end = comment_end(at, at > text ? at[-1] : 0)) != NULL;

		if (comment && !*end && !strncmp(at, "/*", 2) &&
		    (end - at < 4 || strncmp(end - 2, "*/", 2)))
			return error_set(err, "%s:%d: \"/*\" is never closed: add \"*/\"", path,
					 line);
		if (!comment)
			end = *at == '"' || *at == '\'' ? quote_end(at) : at + 1;
		if (!end)
			return error_set(err, "%s:%d: %c is never closed: add another %c", path,
					 line, *at, *at);
		opened = !comment && *at == '{' ? line : *at == '}' && !comment ? 0 : opened;
		for (; at < end; at++) {
			line += *at == '\n';
			*at = comment && *at != '\n' ? ' ' : *at;
		}
	}
	if (opened)
		return error_set(err, "%s:%d: \"{\" is never closed: add \"}\"", path, opened);
	return 0;
}
