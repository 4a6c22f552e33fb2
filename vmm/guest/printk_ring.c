// SPDX-License-Identifier: MIT
#include "vmm/guest/printk_ring.h"

#include <stdlib.h>

#include "mem/xalloc.h"

#define MAX_RECORDS 65536 /* that are looked at */

#define ID_MASK (~0ULL >> 2) /* of a descriptor's state, which is the two bits above */
#define COMMITTED 1 /* whole, if not closed: what a CPU wrote last */
#define FINALIZED 2

#define DATALESS 1 /* in a position: a record without text */
#define LOG_KERN 0

/* The part of struct printk_info from text_len on. */
struct text_info {
	uint16_t text_len;
	uint8_t facility, flags_level;
};

bool printk_ring_at(struct printk_ring *ring, uint64_t base, enum printk_offset offset, void *to,
		    size_t size)
{
	return kernel_memory_read(&ring->memory, base + ring->offsets[offset], to, size);
}

/*
 * Where in the data the block of @id is, after the id that it begins with, and its size. One that
 * would reach over the end is at the beginning instead (get_data() in printk_ringbuffer.c). Since
 * Linux 6.18 one may end where the data does.
 */
static bool find_block(struct printk_ring *ring, uint64_t id, uint64_t begin, uint64_t next,
		       uint64_t *at, uint64_t *size)
{
	uint64_t mask = (1ULL << ring->size_bits) - 1, start = begin & mask, found;

	if (begin >> ring->size_bits != (next - 1) >> ring->size_bits)
		start = 0;
	*at = ring->data + start + sizeof(id);
	*size = ((next - 1) & mask) + 1 - start - sizeof(id);
	return *size <= mask &&
	       kernel_memory_read(&ring->memory, *at - sizeof(id), &found, sizeof(found)) &&
	       found == id;
}

static bool read_text(struct printk_ring *ring, uint64_t id, uint64_t desc, size_t length,
		      struct printk_record *record)
{
	uint64_t begin, next, at, size;

	record->size = length;
	desc += ring->offsets[DESC_BLOCK];
	if (!printk_ring_at(ring, desc, BLOCK_BEGIN, &begin, sizeof(begin)) ||
	    !printk_ring_at(ring, desc, BLOCK_NEXT, &next, sizeof(next)))
		return false;
	if (begin & next & DATALESS)
		return !length;
	return find_block(ring, id, begin, next, &at, &size) && length <= size &&
	       kernel_memory_read(&ring->memory, at, record->text, length);
}

static bool read_record(struct printk_ring *ring, uint64_t id, struct printk_record *record)
{
	uint64_t index = id & ((1ULL << ring->count_bits) - 1), state;
	uint64_t desc = ring->descs + index * ring->offsets[DESC_SIZE];
	uint64_t info = ring->infos + index * ring->offsets[INFO_SIZE];
	struct text_info text;

	if (!printk_ring_at(ring, desc, DESC_STATE, &state, sizeof(state)) ||
	    (state & ID_MASK) != id || (state >> 62 != COMMITTED && state >> 62 != FINALIZED) ||
	    !printk_ring_at(ring, info, INFO_NS, &record->ns, sizeof(record->ns)) ||
	    !printk_ring_at(ring, info, INFO_TEXT_LEN, &text, sizeof(text)))
		return false;
	record->user = text.facility != LOG_KERN;
	return read_text(ring, id, desc, text.text_len, record);
}

void printk_ring_read(struct printk_ring *ring, printk_take *take, void *opaque)
{
	struct printk_record *record = xmalloc(sizeof(*record));
	uint64_t left = 1ULL << ring->count_bits;

	if (left > MAX_RECORDS)
		left = MAX_RECORDS;
	for (uint64_t id = ring->head; left--; id = (id - 1) & ID_MASK)
		if (read_record(ring, id, record) && !take(opaque, record))
			break;
	free(record);
}
