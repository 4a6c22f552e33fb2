// SPDX-License-Identifier: MIT
/* Guest memory that is looked at without any being made. */
#include "mem/ram_peek.h"

#include <string.h>
#include <sys/mman.h>

#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define PAGE 4096

static struct memory m;

static unsigned int resident(uint64_t gpa, unsigned int pages)
{
	unsigned char there[4096];
	unsigned int nr = 0;

	ck_assert_int_eq(mincore(ram_hva(&m.ram, gpa, pages * PAGE), pages * PAGE, there), 0);
	for (unsigned int i = 0; i < pages; i++)
		nr += there[i] & 1;
	return nr;
}

/* Private and shared memory, two nodes, and the hole between two ranges of the second. */
static void make(bool shared)
{
	m = (struct memory){ 0 };
	declare(&m.machine.topology, "1:1024 1:3072");
	for (unsigned int i = 0; i < 2; i++)
		m.machine.topology.nodes[i].placement.shared = shared;
	memory_allocate(&m, false);
}

START_TEST(absent_stays_absent)
{
	uint8_t bytes[2 * PAGE], word[8] = "1234567";

	make(_i);
	ck_assert(!ram_peek(&m.ram, 0x10000, bytes, 8));
	ck_assert_ptr_null(ram_peek_page(&m.ram, 0x10000));
	ck_assert_uint_eq(resident(0x10000, 1), 0);
	ck_assert_int_eq(ram_write(&m.ram, 0x10ffc, word, 8), 0);
	ck_assert(ram_peek(&m.ram, 0x10ffc, bytes, 8));
	ck_assert_mem_eq(bytes, word, 8);
	ck_assert(!ram_peek(&m.ram, 0x11ffc, bytes, 8));
	ck_assert(!ram_peek(&m.ram, 0xf000, bytes, sizeof(bytes)));
	ck_assert(ram_peek(&m.ram, 0x10000, bytes, sizeof(bytes)));
	ck_assert_mem_eq(bytes + 0xffc, word, 8);
	ck_assert_uint_eq(resident(0, 32), 2);
	ck_assert(!ram_peek(&m.ram, HOLE_START, bytes, 1));
	ck_assert(!ram_peek(&m.ram, -4ULL, bytes, 8));
	ck_assert_uint_eq(ram_peek_page(&m.ram, 0x10fff) - (uint8_t *)ram_hva(&m.ram, 0x10000, 1),
			  0);
	memory_free(&m);
}
END_TEST

struct seen {
	uint64_t pages[8];
	unsigned int nr, limit;
};

static bool note_page(void *opaque, uint64_t gpa, const uint8_t *at)
{
	struct seen *seen = opaque;

	ck_assert_uint_lt(seen->nr, COUNT(seen->pages));
	ck_assert_ptr_eq(at, ram_hva(&m.ram, gpa, PAGE));
	seen->pages[seen->nr++] = gpa;
	return seen->nr == seen->limit;
}

START_TEST(pages_that_are_there)
{
	static const uint64_t wanted[] = { 0x5000,   GIB - PAGE,	   GIB, HOLE_START - PAGE,
					   HOLE_END, HOLE_END + GIB - PAGE };
	struct seen seen = { .limit = 99 };

	make(_i);
	for (unsigned int i = 0; i < COUNT(wanted); i++)
		ck_assert_int_eq(ram_write(&m.ram, wanted[COUNT(wanted) - 1 - i], "x", 1), 0);
	ram_peek_pages(&m.ram, 60, note_page, &seen);
	ck_assert_uint_eq(seen.nr, COUNT(wanted));
	ck_assert_mem_eq(seen.pages, wanted, sizeof(wanted));
	seen = (struct seen){ .limit = 2 };
	ram_peek_pages(&m.ram, 60, note_page, &seen);
	ck_assert_uint_eq(seen.nr, 2);
	/* Out of time after the first piece that was asked for. */
	seen = (struct seen){ .limit = 99 };
	ram_peek_pages(&m.ram, 0, note_page, &seen);
	ck_assert_uint_eq(seen.nr, 1);
	memory_free(&m);
}
END_TEST

Suite *ram_peek_suite(void)
{
	Suite *s = suite_create("ram_peek");
	TCase *tc = tcase_create("ram_peek");

	tcase_add_loop_test(tc, absent_stays_absent, 0, 2);
	tcase_add_loop_test(tc, pages_that_are_there, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
