// SPDX-License-Identifier: MIT
#include "vmm/guest/printk.h"

#include <string.h>

#include "mem/clock.h"
#include "mem/ram_peek.h"
#include "vmm/guest/printk_ring.h"

#define SECONDS 1.0 /* of looking, in all */
#define WORDS (RAM_PEEK_PAGE / sizeof(uint64_t))

/* How a log begins: "Linux version ..." (init/main.c), "Booting Linux on ..." (arch/arm64/). */
#define LINUX_VE 0x65762078756e694cULL
#define BOOTING 0x20676e69746f6f42ULL

/*
 * Of struct printk_ringbuffer, in words. size_bits and data of its text_data_ring are what follows:
 * at once in Linux 5.10, later after last_finalized_id.
 */
enum { COUNT_BITS, DESCS, INFOS, HEAD, TAIL, REST, RING_WORDS = REST + 3 };

static const uint64_t offsets[NR_OFFSETS] = {
	[DESC_SIZE] = 24, [DESC_STATE] = 0, [DESC_BLOCK] = 8,	  [BLOCK_BEGIN] = 0,
	[BLOCK_NEXT] = 8, [INFO_SIZE] = 88, [INFO_TEXT_LEN] = 16, [INFO_NS] = 8,
};

struct search {
	const struct ram *ram;
	struct timespec start;
	struct printk_ring best; /* the kernel copies its first ring to a larger one */
	uint64_t nr; /* of records in it */
	uint64_t first_id, gpa; /* of a first record */
	unsigned int count_bits;
};

/* All that the kernel has so early is in one mapping: its image, or that of all memory. */
static void take_ring(struct search *search, const uint64_t *words, const uint64_t *data)
{
	struct printk_ring ring = {
		.memory = { .ram = search->ram, .offset = data[1] - search->gpa },
		.descs = words[DESCS],
		.infos = words[INFOS],
		.data = data[1],
		.head = words[HEAD],
		.count_bits = search->count_bits,
		.size_bits = data[0],
	};

	if (data[0] > PRINTK_SIZE_BITS || ring.memory.offset % RAM_PEEK_PAGE ||
	    words[HEAD] - words[TAIL] <= search->nr)
		return;
	search->nr = words[HEAD] - words[TAIL];
	memcpy(ring.offsets, offsets, sizeof(offsets));
	search->best = ring;
}

static bool look_for_ring(void *opaque, uint64_t gpa, const uint8_t *at)
{
	struct search *search = opaque;
	const uint64_t *page = (const uint64_t *)at;
	uint64_t words[RING_WORDS];

	for (unsigned int i = 0; i < WORDS; i++) {
		if (page[i] != search->count_bits ||
		    !ram_peek(search->ram, gpa + i * sizeof(*page), words, sizeof(words)) ||
		    words[TAIL] != search->first_id - 1 ||
		    words[HEAD] - words[TAIL] > 1ULL << search->count_bits)
			continue;
		take_ring(search, words, words + REST);
		take_ring(search, words, words + REST + 1);
	}
	return false;
}

/* DESC0_ID() in printk_ringbuffer.h: the id after it is, in 32 bits, the count's negative. */
static unsigned int count_bits_of(uint64_t first_id)
{
	uint32_t count = -(uint32_t)first_id;

	return first_id <= UINT32_MAX && !(count & (count - 1)) && count ? __builtin_ctz(count) : 0;
}

static bool look_for_first(void *opaque, uint64_t gpa, const uint8_t *at)
{
	struct search *search = opaque;
	const uint64_t *page = (const uint64_t *)at;

	for (unsigned int i = 1; i < WORDS; i++) {
		if (page[i] != LINUX_VE && page[i] != BOOTING)
			continue;
		search->first_id = page[i - 1];
		search->count_bits = count_bits_of(search->first_id);
		search->gpa = gpa + (i - 1) * sizeof(*page);
		if (search->count_bits)
			ram_peek_pages(search->ram, SECONDS, look_for_ring, search);
		if (clock_seconds_since(&search->start) > SECONDS)
			return true;
	}
	return false;
}

bool printk_find(const struct ram *ram, printk_take *take, void *opaque)
{
	struct search search = { .ram = ram };

	clock_gettime(CLOCK_MONOTONIC, &search.start);
	ram_peek_pages(ram, SECONDS, look_for_first, &search);
	if (!search.nr)
		return false;
	printk_ring_read(&search.best, take, opaque);
	return true;
}
