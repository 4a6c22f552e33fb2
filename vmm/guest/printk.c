// SPDX-License-Identifier: MIT
#include "vmm/guest/printk.h"

#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/guest/kernel_memory.h"

/* 2^31 bytes of log_buf_len=, the most (kernel/printk/printk.c), are 2^26 descriptors. */
#define MAX_COUNT_BITS 26
#define MAX_SIZE_BITS 31
#define MAX_RECORDS 65536 /* that are looked at */

#define ID_MASK (~0ULL >> 2) /* of a descriptor's state, which is the two bits above */
#define COMMITTED 1 /* whole, if not closed: what a CPU wrote last */
#define FINALIZED 2

#define DATALESS 1 /* in a position: a record without text */
#define LOG_KERN 0

/*
 * What VMCOREINFO names. Of struct printk_info it leaves out the byte after text_len, facility,
 * which is between that and caller_id in every kernel.
 */
enum offset {
	RING_DESCS,
	RING_DATA,
	DESCS_COUNT_BITS,
	DESCS_DESCS,
	DESCS_INFOS,
	DESCS_HEAD,
	DESCS_TAIL,
	DESC_SIZE,
	DESC_STATE,
	DESC_BLOCK,
	BLOCK_BEGIN,
	BLOCK_NEXT,
	INFO_SIZE,
	INFO_NS,
	INFO_TEXT_LEN,
	INFO_CALLER,
	DATA_SIZE_BITS,
	DATA_DATA,
	NR_OFFSETS,
};

static const char *const offset_keys[NR_OFFSETS] = {
	[RING_DESCS] = "OFFSET(printk_ringbuffer.desc_ring)",
	[RING_DATA] = "OFFSET(printk_ringbuffer.text_data_ring)",
	[DESCS_COUNT_BITS] = "OFFSET(prb_desc_ring.count_bits)",
	[DESCS_DESCS] = "OFFSET(prb_desc_ring.descs)",
	[DESCS_INFOS] = "OFFSET(prb_desc_ring.infos)",
	[DESCS_HEAD] = "OFFSET(prb_desc_ring.head_id)",
	[DESCS_TAIL] = "OFFSET(prb_desc_ring.tail_id)",
	[DESC_SIZE] = "SIZE(prb_desc)",
	[DESC_STATE] = "OFFSET(prb_desc.state_var)",
	[DESC_BLOCK] = "OFFSET(prb_desc.text_blk_lpos)",
	[BLOCK_BEGIN] = "OFFSET(prb_data_blk_lpos.begin)",
	[BLOCK_NEXT] = "OFFSET(prb_data_blk_lpos.next)",
	[INFO_SIZE] = "SIZE(printk_info)",
	[INFO_NS] = "OFFSET(printk_info.ts_nsec)",
	[INFO_TEXT_LEN] = "OFFSET(printk_info.text_len)",
	[INFO_CALLER] = "OFFSET(printk_info.caller_id)",
	[DATA_SIZE_BITS] = "OFFSET(prb_data_ring.size_bits)",
	[DATA_DATA] = "OFFSET(prb_data_ring.data)",
};

struct ring {
	struct kernel_memory memory;
	uint64_t offsets[NR_OFFSETS];
	uint64_t descs, infos, data; /* addresses */
	uint64_t head, tail; /* ids of the newest and the oldest descriptor */
	uint32_t count_bits, size_bits;
};

/* The head of struct printk_info from text_len on. */
struct text_info {
	uint16_t text_len;
	uint8_t facility, flags_level;
};

static bool read_offsets(struct ring *ring, const struct vmcoreinfo *info, uint64_t *prb)
{
	for (unsigned int i = 0; i < NR_OFFSETS; i++)
		if (!vmcoreinfo_number(info, offset_keys[i], 10, &ring->offsets[i]))
			return false;
	return ring->offsets[INFO_CALLER] ==
		       ring->offsets[INFO_TEXT_LEN] + sizeof(struct text_info) &&
	       vmcoreinfo_number(info, "SYMBOL(prb)", 16, prb);
}

static bool read_at(struct ring *ring, uint64_t base, enum offset offset, void *to, size_t size)
{
	return kernel_memory_read(&ring->memory, base + ring->offsets[offset], to, size);
}

static bool read_ring(struct ring *ring, uint64_t prb)
{
	uint64_t at, descs, data;

	if (!kernel_memory_read(&ring->memory, prb, &at, sizeof(at)))
		return false;
	descs = at + ring->offsets[RING_DESCS];
	data = at + ring->offsets[RING_DATA];
	return read_at(ring, descs, DESCS_COUNT_BITS, &ring->count_bits, sizeof(uint32_t)) &&
	       read_at(ring, descs, DESCS_DESCS, &ring->descs, sizeof(uint64_t)) &&
	       read_at(ring, descs, DESCS_INFOS, &ring->infos, sizeof(uint64_t)) &&
	       read_at(ring, descs, DESCS_HEAD, &ring->head, sizeof(uint64_t)) &&
	       read_at(ring, descs, DESCS_TAIL, &ring->tail, sizeof(uint64_t)) &&
	       read_at(ring, data, DATA_SIZE_BITS, &ring->size_bits, sizeof(uint32_t)) &&
	       read_at(ring, data, DATA_DATA, &ring->data, sizeof(uint64_t)) &&
	       ring->count_bits <= MAX_COUNT_BITS && ring->size_bits <= MAX_SIZE_BITS;
}

/*
 * Where in the data the block of @id is, after the id that it begins with, and its size. One that
 * would reach over the end is at the beginning instead (get_data() in printk_ringbuffer.c). Since
 * Linux 6.18 one may end where the data does.
 */
static bool find_block(struct ring *ring, uint64_t id, uint64_t begin, uint64_t next, uint64_t *at,
		       uint64_t *size)
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

static bool read_text(struct ring *ring, uint64_t id, uint64_t desc, size_t length,
		      struct printk_record *record)
{
	uint64_t begin, next, at, size;

	record->size = length;
	desc += ring->offsets[DESC_BLOCK];
	if (!read_at(ring, desc, BLOCK_BEGIN, &begin, sizeof(begin)) ||
	    !read_at(ring, desc, BLOCK_NEXT, &next, sizeof(next)))
		return false;
	if (begin & next & DATALESS)
		return !length;
	return find_block(ring, id, begin, next, &at, &size) && length <= size &&
	       kernel_memory_read(&ring->memory, at, record->text, length);
}

static bool read_record(struct ring *ring, uint64_t id, struct printk_record *record)
{
	uint64_t index = id & ((1ULL << ring->count_bits) - 1), state;
	uint64_t desc = ring->descs + index * ring->offsets[DESC_SIZE];
	uint64_t info = ring->infos + index * ring->offsets[INFO_SIZE];
	struct text_info text;

	if (!read_at(ring, desc, DESC_STATE, &state, sizeof(state)) || (state & ID_MASK) != id ||
	    (state >> 62 != COMMITTED && state >> 62 != FINALIZED) ||
	    !read_at(ring, info, INFO_NS, &record->ns, sizeof(record->ns)) ||
	    !read_at(ring, info, INFO_TEXT_LEN, &text, sizeof(text)))
		return false;
	record->user = text.facility != LOG_KERN;
	return read_text(ring, id, desc, text.text_len, record);
}

static void read_records(struct ring *ring,
			 bool (*take)(void *opaque, const struct printk_record *record),
			 void *opaque)
{
	struct printk_record *record = xmalloc(sizeof(*record));
	uint64_t left = 1ULL << ring->count_bits;

	if (left > MAX_RECORDS)
		left = MAX_RECORDS;
	for (uint64_t id = ring->head; left--; id = (id - 1) & ID_MASK)
		if ((read_record(ring, id, record) && !take(opaque, record)) || id == ring->tail)
			break;
	free(record);
}

bool printk_read(const struct vmcoreinfo *info, const struct ram *ram,
		 bool (*take)(void *opaque, const struct printk_record *record), void *opaque)
{
	struct ring ring = { .memory = { .info = info, .ram = ram } };
	uint64_t prb;

	if (!read_offsets(&ring, info, &prb) || !read_ring(&ring, prb))
		return false;
	read_records(&ring, take, opaque);
	return true;
}
