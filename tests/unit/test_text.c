// SPDX-License-Identifier: MIT
/* Others' text on its way to a terminal and into JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "mem/text.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* What a terminal gets of it, and what JSON does before it is escaped. */
static const struct {
	const char *text, *clean, *utf8;
} texts[] = {
	{ "", "", "" },
	{ "plain ~ text", "plain ~ text", "plain ~ text" },
	{ "a\033[31mb\nc\x7f", "a?[31mb?c?", "a\033[31mb\nc\x7f" },
	/* C1, as a byte and in UTF-8, and its neighbours. */
	{ "a\x9b\x80\x9f", "a???", "a???" },
	{ "a\xc2\x9b\xc2\x80\xc2\x9fz", "a???z", "a\xc2\x9b\xc2\x80\xc2\x9fz" },
	{ "\xc2\xa0\xc2\xbf\xc3\x80", "\xc2\xa0\xc2\xbf\xc3\x80", "\xc2\xa0\xc2\xbf\xc3\x80" },
	/* 0x9b as a part of what is none: U+06DB, U+201B, U+1F49B. */
	{ "\xdb\x9b\xe2\x80\x9b\xf0\x9f\x92\x9b", "\xdb\x9b\xe2\x80\x9b\xf0\x9f\x92\x9b",
	  "\xdb\x9b\xe2\x80\x9b\xf0\x9f\x92\x9b" },
	/* The first and last of each length. */
	{ "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	  "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	  "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	/* Overlong, of which U+001B is one, surrogates, too high, and cut. */
	{ "\xc0\x9b\xc1\xbf", "????", "????" },
	{ "\xe0\x9f\xbf\xf0\x8f\xbf\xbf", "???????", "???????" },
	{ "\xed\xa0\x80\xf4\x90\x80\x80\xf5\x80\x80\x80", "???????????", "???????????" },
	{ "\xc2", "?", "?" },
	{ "\xe2\x80", "??", "??" },
	{ "\xf0\x9f\x92", "???", "???" },
	{ "\xc2\xc2\xa0\xffz", "?\xc2\xa0?z", "?\xc2\xa0?z" },
};

START_TEST(text_is_made_harmless)
{
	char *clean = xstrdup(texts[_i].text), *utf8 = xstrdup(texts[_i].text);

	text_clean(clean);
	ck_assert_str_eq(clean, texts[_i].clean);
	text_make_utf8(utf8);
	ck_assert_str_eq(utf8, texts[_i].utf8);
	free(clean);
	free(utf8);
}
END_TEST

START_TEST(json_is_escaped)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	text_print_json("{\"a\x7f\": \"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0\xc3\xa9\\u001b\"}", file);
	fclose(file);
	ck_assert_str_eq(text, "{\"a\\u007f\": \"\\u0080\\u009b\\u009f\xc2\xa0\xc3\xa9\\u001b\"}");
	free(text);
}
END_TEST

Suite *text_suite(void)
{
	Suite *s = suite_create("text");
	TCase *tc = tcase_create("text");

	tcase_add_loop_test(tc, text_is_made_harmless, 0, COUNT(texts));
	tcase_add_test(tc, json_is_escaped);
	suite_add_tcase(s, tc);
	return s;
}
