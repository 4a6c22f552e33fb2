// SPDX-License-Identifier: MIT
#include "vmm/cli/config_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"

#define BLANKS " \t\r\n"

/* Moves on over @size bytes. */
static void skip(struct config_text *t, size_t size)
{
	for (; size; size--)
		t->at_line += *t->at++ == '\n';
}

static void add(struct config_text *t, const char *bytes, size_t size)
{
	if (t->used + size >= t->room) {
		t->room = 2 * (t->used + size) + 64;
		t->word = xrealloc(t->word, t->room, 1);
	}
	memcpy(t->word + t->used, bytes, size);
	t->used += size;
	t->word[t->used] = 0;
}

/* The same from the text, over which it moves on. */
static void take(struct config_text *t, size_t size)
{
	add(t, t->at, size);
	skip(t, size);
}

/* Comments and blanks. */
static int skip_blanks(struct config_text *t)
{
	const char *end;

	for (;;) {
		skip(t, strspn(t->at, BLANKS));
		if (*t->at == '#' || !strncmp(t->at, "//", 2)) {
			skip(t, strcspn(t->at, "\n"));
		} else if (!strncmp(t->at, "/*", 2)) {
			end = strstr(t->at + 2, "*/");
			if (!end)
				return error_set(t->err, "\"/*\" is never closed: add \"*/\"");
			skip(t, end + 2 - t->at);
		} else {
			return 0;
		}
	}
}

/* Up to what ends a word that is not in quotes; in the middle of one, as in a path, are "//". */
static size_t word_size(const char *text)
{
	size_t size = 0;

	while (text[size] && !strchr(BLANKS "\"'#={}(),", text[size]) &&
	       strncmp(text + size, "/*", 2))
		size++;
	return size;
}

/* ${NAME}, or ${NAME:-DEFAULT} for one that may not be set; its first of @ends is "}". */
static int take_variable(struct config_text *t, const char *ends)
{
	size_t size = strcspn(t->at, ends);
	char *name, *otherwise;
	const char *value;
	int ret = 0;

	if (t->at[size] != '}')
		return error_set(t->err,
				 "\"${\" is never closed: add \"}\"; \\${ in quotes is itself");
	name = xasprintf("%.*s", (int)size - 2, t->at + 2);
	otherwise = strstr(name, ":-");
	if (otherwise)
		*otherwise = 0;
	value = getenv(name);
	value = !value && otherwise ? otherwise + 2 : value;
	if (value)
		add(t, value, strlen(value));
	else
		ret = error_set(t->err,
				"${%s} is not set in the environment: set it, or write ${%s:-TEXT}",
				name, name);
	free(name);
	skip(t, size + 1);
	return ret;
}

/* What comes after a backslash in @quote. In single quotes it is itself, but before \ and '. */
static int take_escape(struct config_text *t, char quote)
{
	static const char letters[] = "abefnrtv", codes[] = "\a\b\033\f\n\r\t\v";
	char c = *t->at;
	const char *letter = quote == '"' && c ? strchr(letters, c) : NULL;

	if (quote == '"' && (isdigit((unsigned char)c) || c == 'x'))
		return error_set(t->err, "no escape \\%c: write the character, or \\\\ for \\", c);
	if (quote == '\'' && c && !strchr("'\\\n", c))
		add(t, "\\", 1);
	if (c && c != '\n') /* with which it is nothing */
		add(t, letter ? codes + (letter - letters) : &c, 1);
	skip(t, c != 0);
	return 0;
}

static int take_quoted(struct config_text *t)
{
	char quote = *t->at;
	int ret = 0;

	skip(t, 1);
	while (!ret && *t->at && *t->at != quote) {
		if (*t->at == '\\') {
			skip(t, 1);
			ret = take_escape(t, quote);
		} else if (quote == '"' && !strncmp(t->at, "${", 2)) {
			ret = take_variable(t, "}\"");
		} else {
			take(t, 1);
		}
	}
	if (!ret && !*t->at)
		ret = error_set(t->err, "%c is never closed: add another %c", quote, quote);
	skip(t, !ret);
	return ret;
}

static int take_word(struct config_text *t)
{
	if (*t->at == '"' || *t->at == '\'')
		return take_quoted(t);
	if (!strncmp(t->at, "${", 2))
		return take_variable(t, "}");
	take(t, word_size(t->at));
	return 0;
}

void config_text_start(struct config_text *t, const char *path, const char *text, struct error *err)
{
	size_t mark = strncmp(text, "\xef\xbb\xbf", 3) ? 0 : 3; /* UTF-8's byte order mark */

	*t = (struct config_text){
		.at = text + mark, .at_line = 1, .where = { path, 1 }, .err = err
	};
}

int config_text_next(struct config_text *t)
{
	int ret = skip_blanks(t);

	t->where.line = t->at_line;
	if (!ret && !*t->at)
		return CONFIG_END;
	if (!ret && strchr("={}(),", *t->at)) {
		skip(t, 1);
		return t->at[-1];
	}
	t->used = 0;
	add(t, "", 0);
	if (!ret && !take_word(t))
		return CONFIG_WORD;
	where_error(t->err, &t->where);
	return CONFIG_MISTAKE;
}

void config_text_free(struct config_text *t)
{
	free(t->word);
}
