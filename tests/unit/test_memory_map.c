// SPDX-License-Identifier: MIT
#include "mem/memory_map.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static void assert_entry(const struct memory_map *map, unsigned int i, uint64_t start,
			 uint64_t size, uint32_t type)
{
	ck_assert_uint_lt(i, map->nr);
	ck_assert_uint_eq(map->entries[i].start, start);
	ck_assert_uint_eq(map->entries[i].size, size);
	ck_assert_uint_eq(map->entries[i].type, type);
}

START_TEST(touching_entries_of_a_type_are_one)
{
	struct memory_map map = { 0 };

	memory_map_add(&map, 0, 10, 1);
	memory_map_add(&map, 10, 30, 1);
	ck_assert_uint_eq(map.nr, 1);
	assert_entry(&map, 0, 0, 30, 1);
	memory_map_add(&map, 30, 31, 2); /* another type */
	memory_map_add(&map, 32, 40, 2); /* a gap */
	ck_assert_uint_eq(map.nr, 3);
	assert_entry(&map, 0, 0, 30, 1);
	assert_entry(&map, 1, 30, 1, 2);
	assert_entry(&map, 2, 32, 8, 2);
	memory_map_free(&map);
	ck_assert(!map.entries && !map.nr);
}
END_TEST

START_TEST(empty_entries_are_none)
{
	struct memory_map map = { 0 };

	memory_map_add(&map, 10, 10, 1);
	memory_map_add(&map, 10, 9, 1);
	ck_assert_uint_eq(map.nr, 0);
	memory_map_add(&map, 1ULL << 40, (1ULL << 40) + 1, 1);
	assert_entry(&map, 0, 1ULL << 40, 1, 1);
	memory_map_free(&map);
}
END_TEST

START_TEST(ram_ends_where_its_entry_does)
{
	struct memory_map map = { 0 };

	ck_assert_uint_eq(memory_map_ram_end(&map, 0), 0);
	memory_map_add(&map, 10, 20, MEMORY_RAM);
	memory_map_add(&map, 20, 30, MEMORY_ACPI);
	memory_map_add(&map, 30, 40, MEMORY_RAM);
	memory_map_add(&map, UINT64_MAX - 10, UINT64_MAX, MEMORY_RAM);
	ck_assert_uint_eq(memory_map_ram_end(&map, 9), 0);
	ck_assert_uint_eq(memory_map_ram_end(&map, 10), 20);
	ck_assert_uint_eq(memory_map_ram_end(&map, 19), 20);
	ck_assert_uint_eq(memory_map_ram_end(&map, 20), 0);
	ck_assert_uint_eq(memory_map_ram_end(&map, 29), 0);
	ck_assert_uint_eq(memory_map_ram_end(&map, 30), 40);
	ck_assert_uint_eq(memory_map_ram_end(&map, 40), 0);
	ck_assert_uint_eq(memory_map_ram_end(&map, UINT64_MAX - 1), UINT64_MAX);
	ck_assert_uint_eq(memory_map_ram_end(&map, UINT64_MAX), 0);
	memory_map_free(&map);
}
END_TEST

Suite *memory_map_suite(void)
{
	Suite *s = suite_create("memory_map");
	TCase *tc = tcase_create("memory_map");

	tcase_add_test(tc, touching_entries_of_a_type_are_one);
	tcase_add_test(tc, empty_entries_are_none);
	tcase_add_test(tc, ram_ends_where_its_entry_does);
	suite_add_tcase(s, tc);
	return s;
}
