// SPDX-License-Identifier: MIT
#include "arch/x86/e820.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* ACPI 6.5 table 15.4: the types by number. */
enum { RAM = 1, RESERVED = 2, ACPI = 3 };

#define TABLES 0x3000ULL
#define LOW 0x9fc00ULL
#define HIGH 0x100000ULL
#define FIRST_MIB                         \
	{ 0, LOW, RAM },                  \
	{                                 \
		LOW, HIGH - LOW, RESERVED \
	}

static const struct {
	const char *nodes;
	const struct layout_space *space;
	uint64_t tables;
	struct memory_map_entry entries[6];
	unsigned int nr;
} maps[] = {
	{ "1:256",
	  &space_x86,
	  TABLES,
	  { FIRST_MIB,
	    { HIGH, 256 * MIB - HIGH - TABLES, RAM },
	    { 256 * MIB - TABLES, TABLES, ACPI } },
	  4 },
	/* Nodes that touch are one entry. */
	{ "1:256 1:256 0:512",
	  &space_x86,
	  TABLES,
	  { FIRST_MIB, { HIGH, GIB - HIGH - TABLES, RAM }, { GIB - TABLES, TABLES, ACPI } },
	  4 },
	/* Nodes smaller than the tables, and than the first MiB's hole. */
	{ "1:1 1:1 1:1",
	  &space_x86,
	  TABLES,
	  { FIRST_MIB, { HIGH, 2 * MIB - TABLES, RAM }, { 3 * MIB - TABLES, TABLES, ACPI } },
	  4 },
	{ "1:1 1:1 1:2",
	  &space_x86,
	  MIB + TABLES,
	  { FIRST_MIB, { HIGH, 2 * MIB - TABLES, RAM }, { 3 * MIB - TABLES, MIB + TABLES, ACPI } },
	  4 },
	{ "1:2", &space_x86, MIB, { FIRST_MIB, { HIGH, MIB, ACPI } }, 3 },
	{ "1:1", &space_x86, 0, { FIRST_MIB }, 2 },
	{ "1:3072",
	  &space_x86,
	  TABLES,
	  { FIRST_MIB,
	    { HIGH, HOLE_START - HIGH - TABLES, RAM },
	    { HOLE_START - TABLES, TABLES, ACPI } },
	  4 },
	{ "1:3073",
	  &space_x86,
	  TABLES,
	  { FIRST_MIB,
	    { HIGH, HOLE_START - HIGH - TABLES, RAM },
	    { HOLE_START - TABLES, TABLES, ACPI },
	    { 4 * GIB, MIB, RAM } },
	  5 },
	/* They begin in one node and end in the next. */
	{ "1:3071 1:4096 0:256",
	  &space_x86,
	  MIB + TABLES,
	  { FIRST_MIB,
	    { HIGH, HOLE_START - HIGH - MIB - TABLES, RAM },
	    { HOLE_START - MIB - TABLES, MIB + TABLES, ACPI },
	    { 4 * GIB, 4 * GIB + 255 * MIB, RAM } },
	  5 },
	{ "1:2048 1:4096 0:256",
	  &space_x86,
	  TABLES,
	  { FIRST_MIB,
	    { HIGH, HOLE_START - HIGH - TABLES, RAM },
	    { HOLE_START - TABLES, TABLES, ACPI },
	    { 4 * GIB, 3 * GIB + 256 * MIB, RAM } },
	  5 },
	{ "1:1572864",
	  &space_amd,
	  TABLES,
	  { FIRST_MIB,
	    { HIGH, HOLE_START - HIGH - TABLES, RAM },
	    { HOLE_START - TABLES, TABLES, ACPI },
	    { 4 * GIB, AMD_HOLE_START - 4 * GIB, RAM },
	    { AMD_HOLE_END, 1536 * GIB - (AMD_HOLE_START - GIB), RAM } },
	  6 },
};

START_TEST(entries_are_exact)
{
	struct machine m = { 0 };
	struct memory_map map;
	struct error err;

	declare(&m.topology, maps[_i].nodes);
	ck_assert_int_eq(layout_build(&m.topology, maps[_i].space, &m.layout, &err), 0);
	e820_build(&m, maps[_i].tables, &map);
	ck_assert_uint_eq(map.nr, maps[_i].nr);
	for (unsigned int i = 0; i < map.nr; i++) {
		ck_assert_uint_eq(map.entries[i].start, maps[_i].entries[i].start);
		ck_assert_uint_eq(map.entries[i].size, maps[_i].entries[i].size);
		ck_assert_uint_eq(map.entries[i].type, maps[_i].entries[i].type);
	}
	memory_map_free(&map);
	machine_free(&m);
}
END_TEST

static uint64_t of_type(const struct memory_map *map, uint32_t type)
{
	uint64_t size = 0;

	for (unsigned int i = 0; i < map->nr; i++)
		if (map->entries[i].type == type)
			size += map->entries[i].size;
	return size;
}

/* Every byte of RAM is in the map once, but for the 385 KiB below 1 MiB. */
START_TEST(random_maps_keep_all_ram)
{
	uint64_t state = random_seed();

	for (unsigned int round = 0; round < 1000; round++) {
		uint64_t tables = (1 + random_below(&state, 64)) * 4096;
		struct machine m = { 0 };
		struct memory_map map;
		struct error err;

		topology_init(&m.topology, 1 + random_below(&state, 40));
		for (unsigned int i = 0; i < m.topology.nr_nodes; i++)
			m.topology.nodes[i].size = random_below(&state, 2000) * MIB;
		m.topology.nodes[0].size += 2 * MIB;
		ck_assert_int_eq(layout_build(&m.topology, &space_amd, &m.layout, &err), 0);
		e820_build(&m, tables, &map);
		ck_assert_uint_eq(of_type(&map, RAM) + of_type(&map, ACPI),
				  m.layout.size - (HIGH - LOW));
		ck_assert_uint_eq(of_type(&map, ACPI), tables);
		for (unsigned int i = 1; i < map.nr; i++)
			ck_assert_uint_ge(map.entries[i].start,
					  map.entries[i - 1].start + map.entries[i - 1].size);
		memory_map_free(&map);
		machine_free(&m);
	}
}
END_TEST

Suite *e820_suite(void)
{
	Suite *s = suite_create("e820");
	TCase *tc = tcase_create("e820");

	tcase_add_loop_test(tc, entries_are_exact, 0, COUNT(maps));
	tcase_add_test(tc, random_maps_keep_all_ram);
	suite_add_tcase(s, tc);
	return s;
}
