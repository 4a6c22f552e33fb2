// SPDX-License-Identifier: MIT
/* Which nodes can be made of huge pages: all their ranges, both halves of one that is split. */
#include <stdio.h>
#include <string.h>

#include "mem/layout.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	const char *nodes;
	unsigned int node;
	uint64_t page_size;
	const char *says; /* NULL: good */
} pages[] = {
	{ "1:64", 0, 2 * MIB, NULL },
	{ "1:63", 0, 2 * MIB, "63 MiB cannot be made of pages of 2 MiB: use 62 or 64 MiB" },
	{ "1:1", 0, 2 * MIB, "1 MiB cannot be made of pages of 2 MiB: use 2 MiB" },
	{ "1:63", 0, 4096, NULL },
	{ "1:1024", 0, GIB, NULL },
	{ "1:1000", 0, GIB, "1000 MiB cannot be made of pages of 1024 MiB: use 1024 MiB" },
	{ "1:1500", 0, GIB, "1500 MiB cannot be made of pages of 1024 MiB: use 1024 or 2048 MiB" },
	/* The node before decides where this one begins. */
	{ "1:63 1:64", 0, 2 * MIB, "63 MiB" },
	{ "1:63 1:64", 1, 2 * MIB,
	  "begins at 63 MiB, which is no multiple of its pages of 2 MiB: give the nodes before "
	  "it "
	  "62 or 64 MiB" },
	{ "1:62 1:64", 1, 2 * MIB, NULL },
	{ "1:62 1:1024", 1, GIB,
	  "begins at 62 MiB, which is no multiple of its pages of 1024 MiB: give the nodes "
	  "before it 1024 MiB" },
	{ "1:1024 1:2048", 1, GIB, NULL },
	{ "1:63 1:64 1:1", 2, 2 * MIB, "begins at 127 MiB" },
	/* Split by the hole at 3 GiB. */
	{ "1:4096", 0, GIB, NULL },
	{ "1:4095", 0, 2 * MIB, "4095 MiB cannot be made of pages of 2 MiB: use 4094 or 4096 MiB" },
	{ "1:2047 1:2048", 1, 2 * MIB, "begins at 2047 MiB" },
	{ "1:2048 1:2048", 1, GIB, NULL },
	{ "1:2048 1:2048 1:512", 2, 2 * MIB, NULL },
	{ "1:2048 1:1536 1:512", 1, GIB,
	  "1536 MiB cannot be made of pages of 1024 MiB: use 1024 or 2048" },
	{ "1:2048 1:1536 1:512", 2, GIB, "begins at 3584 MiB" },
	/* No memory, no pages. */
	{ "1:63 1:0 1:1", 1, 2 * MIB, NULL },
};

START_TEST(node_is_made_of_pages)
{
	struct topology t;
	struct layout layout;
	struct error err = { 0 };
	int ret;

	declare(&t, pages[_i].nodes);
	ck_assert_int_eq(layout_build(&t, &space_x86, &layout, &err), 0);
	ret = layout_check_pages(&layout, pages[_i].node, pages[_i].page_size, &err);
	ck_assert_int_eq(ret, pages[_i].says ? -1 : 0);
	if (ret)
		ck_assert_msg(strstr(err.text, pages[_i].says) == err.text, "%s", err.text);
	ck_assert(!err.contention);
	layout_free(&layout);
	topology_free(&t);
}
END_TEST

Suite *layout_pages_suite(void)
{
	Suite *s = suite_create("layout_pages");
	TCase *tc = tcase_create("layout_pages");

	tcase_add_loop_test(tc, node_is_made_of_pages, 0, COUNT(pages));
	suite_add_tcase(s, tc);
	return s;
}
