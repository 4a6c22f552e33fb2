// SPDX-License-Identifier: MIT
#include "mem/text.h"

#include <stdbool.h>
#include <string.h>

#define DEL 0x7f

static bool is_c1(const unsigned char *at)
{
	return at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f;
}

static bool is_control(const unsigned char *at)
{
	return at[0] < ' ' || at[0] == DEL || is_c1(at);
}

/* Bytes of the UTF-8 character that begins at @at; 0 where none does (Unicode, table 3-7). */
static size_t utf8_length(const unsigned char *at)
{
	size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if ((at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return length;
}

static void replace(char *text, bool controls)
{
	char *end = text;

	while (*text) {
		const unsigned char *at = (const unsigned char *)text;
		size_t length = utf8_length(at);

		if (!length || (controls && is_control(at))) {
			*end++ = '?';
		} else {
			memmove(end, text, length);
			end += length;
		}
		text += length ? length : 1;
	}
	*end = 0;
}

void text_clean(char *text)
{
	replace(text, true);
}

void text_make_utf8(char *text)
{
	replace(text, false);
}

void text_print_json(const char *json, FILE *file)
{
	for (const unsigned char *at = (const unsigned char *)json; *at; at++) {
		if (is_c1(at))
			fprintf(file, "\\u%04x", *++at);
		else if (*at == DEL)
			fputs("\\u007f", file);
		else
			fputc(*at, file);
	}
}
