// SPDX-License-Identifier: MIT
/* What --help prints, of all verbs and of each. */
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/verbs.h"

/* What --help prints for verb number @nr, or for the last one's successor for all; to be freed. */
static char *help(unsigned int nr)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	options_help(verbs, verbs[nr].name ? &verbs[nr] : NULL, file);
	fclose(file);
	return text;
}

/* Each option that --help lists is there, in 80 columns. */
START_TEST(help_fits_and_is_true)
{
	char *printed = help(_i);
	const char *at = printed, *dash = at;
	const struct verb *verb;
	struct settings s;
	struct error err;

	ck_assert(!strncmp(at, "Usage: numavm", 13));
	for (const char *line = at; *line; line += strcspn(line, "\n") + 1) {
		size_t size = strcspn(line, "\n");

		ck_assert_msg(size <= 80 && (!size || line[size - 1] != ' '), "%.*s", (int)size,
			      line);
	}
	while (verbs[_i].name && (dash = strstr(dash, " --")) != NULL) {
		int size = strcspn(dash + 1, "=[ \n");
		char *flag = xasprintf("%.*s", size, dash + 1);
		char *argv[] = { "numavm", (char *)verbs[_i].name, flag, NULL };

		if (options_parse(3, argv, verbs, &verb, &s, &err))
			ck_assert_msg(!strstr(err.text, "no option"), "%s", err.text);
		settings_free(&s);
		free(flag);
		dash += 1 + size;
	}
	free(printed);
}
END_TEST

/* Each flag is in the help of its verb, and of those that show its group. */
START_TEST(help_lists_the_flags)
{
	char *printed = help(_i);

	for (const struct key *key = keys; key->name; key++) {
		char *flag = xasprintf(" --%s", key->name);
		bool shown = key->group & (verbs[_i].shown | verbs[_i].group | KEYS_OF_ALL);

		ck_assert_msg(!shown || strstr(printed, flag), "%s", flag);
		free(flag);
	}
	free(printed);
}
END_TEST

Suite *help_suite(void)
{
	Suite *s = suite_create("help");
	TCase *tc = tcase_create("help");
	int nr = 0;

	while (verbs[nr].name)
		nr++;
	tcase_add_loop_test(tc, help_fits_and_is_true, 0, nr + 1);
	tcase_add_loop_test(tc, help_lists_the_flags, 0, nr);
	suite_add_tcase(s, tc);
	return s;
}
