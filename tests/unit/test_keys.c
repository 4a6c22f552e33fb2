// SPDX-License-Identifier: MIT
/* The table of keys: its rows are whole, and what is read through them. */
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/cli/settings.h"

/* Each row can be read, found by its name, is kept in a place of its own, and is whole. */
START_TEST(rows_are_whole)
{
	const struct key *key = &keys[_i];
	bool of_node = key->in & KEY_IN_NODE;

	ck_assert(key->in || key->flag);
	ck_assert_int_eq(!!key->flag, key->group && key->help);
	ck_assert(key->value || key->otherwise);
	ck_assert_ptr_eq(key_find(key->name, of_node ? KEY_IN_NODE : key->in), key);
	ck_assert(key->type != KEY_NAME || key->parse);
	ck_assert(!key->list == (key->type != KEY_LIST));
	ck_assert(!key->list || key->in == KEY_IN_FLAGS);
	for (const struct key *other = keys; other < key; other++) {
		ck_assert(!(other->in & key->in) || strcmp(other->name, key->name));
		ck_assert(!key->size || !other->size || key->number != other->number ||
			  (key->in ^ other->in) & KEY_IN_NODE);
		ck_assert(!key->text || key->text != other->text ||
			  (key->in ^ other->in) & KEY_IN_NODE);
		ck_assert(!key->list || key->list != other->list);
		ck_assert(!other->flag || !key->flag || strcmp(other->flag, key->flag));
	}
}
END_TEST

/* Each key of nodes is found by its name, and nothing else is. */
START_TEST(keys_have_names)
{
	static const char *const names[] = { "host",   "policy", "pages", "shared", "populate",
					     "strict", "pin",	 "llcs",  "memory" };

	ck_assert_str_eq(key_find(names[_i], KEY_IN_NODE)->name, names[_i]);
	ck_assert_ptr_null(key_find("cores", KEY_IN_NODE));
	ck_assert_ptr_null(key_find("", KEY_IN_NODE | KEY_IN_FILE));
	ck_assert_ptr_ne(key_find("memory", KEY_IN_NODE), key_find("memory", KEY_IN_FILE));
}
END_TEST

Suite *keys_suite(void)
{
	Suite *s = suite_create("keys");
	TCase *tc = tcase_create("keys");
	int nr = 0;

	while (keys[nr].name)
		nr++;
	tcase_add_loop_test(tc, rows_are_whole, 0, nr);
	tcase_add_loop_test(tc, keys_have_names, 0, 9);
	suite_add_tcase(s, tc);
	return s;
}
