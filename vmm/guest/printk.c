// SPDX-License-Identifier: MIT
#include "vmm/guest/printk_ring.h"

static const char *const offset_keys[NR_OFFSETS] = {
	[RING_DESCS] = "OFFSET(printk_ringbuffer.desc_ring)",
	[RING_DATA] = "OFFSET(printk_ringbuffer.text_data_ring)",
	[DESCS_COUNT_BITS] = "OFFSET(prb_desc_ring.count_bits)",
	[DESCS_DESCS] = "OFFSET(prb_desc_ring.descs)",
	[DESCS_INFOS] = "OFFSET(prb_desc_ring.infos)",
	[DESCS_HEAD] = "OFFSET(prb_desc_ring.head_id)",
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

static bool read_offsets(struct printk_ring *ring, const struct vmcoreinfo *info, uint64_t *prb)
{
	for (unsigned int i = 0; i < NR_OFFSETS; i++)
		if (!vmcoreinfo_number(info, offset_keys[i], 10, &ring->offsets[i]))
			return false;
	return ring->offsets[INFO_CALLER] == ring->offsets[INFO_TEXT_LEN] + 4 &&
	       vmcoreinfo_number(info, "SYMBOL(prb)", 16, prb);
}

static bool read_ring(struct printk_ring *ring, uint64_t prb)
{
	uint64_t at, descs, data;

	if (!kernel_memory_read(&ring->memory, prb, &at, sizeof(at)))
		return false;
	descs = at + ring->offsets[RING_DESCS];
	data = at + ring->offsets[RING_DATA];
	return printk_ring_at(ring, descs, DESCS_COUNT_BITS, &ring->count_bits, sizeof(uint32_t)) &&
	       printk_ring_at(ring, descs, DESCS_DESCS, &ring->descs, sizeof(uint64_t)) &&
	       printk_ring_at(ring, descs, DESCS_INFOS, &ring->infos, sizeof(uint64_t)) &&
	       printk_ring_at(ring, descs, DESCS_HEAD, &ring->head, sizeof(uint64_t)) &&
	       printk_ring_at(ring, data, DATA_SIZE_BITS, &ring->size_bits, sizeof(uint32_t)) &&
	       printk_ring_at(ring, data, DATA_DATA, &ring->data, sizeof(uint64_t)) &&
	       ring->count_bits <= PRINTK_COUNT_BITS && ring->size_bits <= PRINTK_SIZE_BITS;
}

bool printk_read(const struct vmcoreinfo *info, const struct ram *ram, printk_take *take,
		 void *opaque)
{
	struct printk_ring ring = { .memory = { .info = info, .ram = ram } };
	uint64_t prb;

	if (!read_offsets(&ring, info, &prb) || !read_ring(&ring, prb))
		return false;
	printk_ring_read(&ring, take, opaque);
	return true;
}
