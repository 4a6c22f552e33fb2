// SPDX-License-Identifier: MIT
/*
 * memory: writes 8 bytes at both ends of every RAM range that the firmware declares and across
 * every boundary between two nodes, then reads all of them back (all written before any is read, so
 * two addresses on one page of the host show), and puts back what was there.
 */
#include "guest.h"

#define MAX_PLACES 600

static uint64_t places[MAX_PLACES], before[MAX_PLACES];
static unsigned int count;

static uint64_t pattern(uint64_t gpa)
{
	return gpa * 0x9e3779b97f4a7c15ULL ^ 0x5aa5c33c0ff0a55aULL;
}

static void add(uint64_t gpa)
{
	if (count == MAX_PLACES)
		fail("more places than", MAX_PLACES);
	places[count++] = gpa;
}

static int is_ram(uint64_t gpa)
{
	uint64_t start, size;

	for (unsigned int i = 0; ram_range(i, &start, &size); i++) {
		if (gpa >= start && gpa - start < size)
			return 1;
	}
	return 0;
}

static unsigned int add_ranges(void)
{
	uint64_t start, size;
	unsigned int ranges = 0;

	for (; ram_range(ranges, &start, &size); ranges++) {
		add(start);
		add(start + size - 8);
	}
	return ranges;
}

/*
 * 8 bytes, half of them before the boundary, or 8 on each side of it; only where both sides are
 * RAM, which no end of a range is.
 */
static unsigned int add_boundaries(void)
{
	unsigned int boundaries = 0;
	uint64_t start;

	for (unsigned int i = 0; node_memory(i, &start); i++) {
		if (!start || !is_ram(start) || !is_ram(start - 1))
			continue;
		add(start - (MAY_BE_UNALIGNED ? 4 : 8));
		if (!MAY_BE_UNALIGNED)
			add(start);
		boundaries++;
	}
	return boundaries;
}

static void write_and_compare(void)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t address = reach(places[i]);

		before[i] = read64(address);
		write64(address, pattern(places[i]));
	}
	for (unsigned int i = 0; i < count; i++) {
		if (read64(reach(places[i])) != pattern(places[i]))
			fail("other bytes read than written at", places[i]);
	}
	while (count--)
		write64(reach(places[count]), before[count]);
}

void guest_main(void)
{
	unsigned int ranges = add_ranges(), boundaries = add_boundaries();

	write_and_compare();
	put("memory: ");
	put_number(ranges);
	put(" ranges, ");
	put_number(boundaries);
	put(" boundaries\n");
}
