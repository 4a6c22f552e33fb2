// SPDX-License-Identifier: MIT
#include "mem/ram_peek.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem/clock.h"

#define CHUNK 4096 /* host pages that are asked for at once */

const uint8_t *ram_peek_page(const struct ram *ram, uint64_t gpa)
{
	uint8_t *at = ram_hva(ram, gpa & -(uint64_t)RAM_PEEK_PAGE, RAM_PEEK_PAGE);
	uintptr_t host_page = sysconf(_SC_PAGESIZE);
	unsigned char there = 0;

	if (!at || mincore((void *)((uintptr_t)at & -host_page), host_page, &there))
		return NULL;
	return there & 1 ? at : NULL;
}

bool ram_peek(const struct ram *ram, uint64_t gpa, void *to, size_t size)
{
	uint8_t *end = to;

	while (size) {
		const uint8_t *page = ram_peek_page(ram, gpa);
		size_t offset = gpa % RAM_PEEK_PAGE, part = RAM_PEEK_PAGE - offset;

		if (!page)
			return false;
		if (part > size)
			part = size;
		end = mempcpy(end, page + offset, part);
		gpa += part;
		size -= part;
	}
	return true;
}

struct peek {
	bool (*page)(void *opaque, uint64_t gpa, const uint8_t *at);
	void *opaque;
};

static bool peek_host_page(const struct peek *peek, uint64_t gpa, const uint8_t *at, size_t size)
{
	for (size_t offset = 0; offset < size; offset += RAM_PEEK_PAGE)
		if (peek->page(peek->opaque, gpa + offset, at + offset))
			return true;
	return false;
}

static bool peek_chunk(const struct peek *peek, uint64_t gpa, uint8_t *at, size_t size)
{
	size_t host_page = sysconf(_SC_PAGESIZE);
	unsigned char there[CHUNK];

	if (mincore(at, size, there))
		return false;
	for (size_t offset = 0; offset < size; offset += host_page)
		if (there[offset / host_page] & 1 &&
		    peek_host_page(peek, gpa + offset, at + offset, host_page))
			return true;
	return false;
}

void ram_peek_pages(const struct ram *ram, double seconds,
		    bool (*page)(void *opaque, uint64_t gpa, const uint8_t *at), void *opaque)
{
	const struct layout *layout = &ram->machine->layout;
	uint64_t chunk = CHUNK * (uint64_t)sysconf(_SC_PAGESIZE);
	struct peek peek = { page, opaque };
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (const struct layout_range *range = layout->ranges;
	     range < layout->ranges + layout->nr_ranges; range++) {
		uint8_t *base = ram_range_hva(ram, range);

		for (uint64_t offset = 0; offset < range->size; offset += chunk) {
			uint64_t left = range->size - offset;

			if (peek_chunk(&peek, range->gpa + offset, base + offset,
				       left < chunk ? left : chunk) ||
			    clock_seconds_since(&start) > seconds)
				return;
		}
	}
}
