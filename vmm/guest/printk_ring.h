/* SPDX-License-Identifier: MIT */
/*
 * The records of a printk ring buffer whose place and shape are known: for printk.c, which has them
 * from VMCOREINFO, and printk_find.c.
 */
#ifndef VMM_GUEST_PRINTK_RING_H
#define VMM_GUEST_PRINTK_RING_H

#include "vmm/guest/kernel_memory.h"
#include "vmm/guest/printk.h"

/* 2^31 bytes of log_buf_len=, the most (kernel/printk/printk.c), are 2^26 descriptors. */
#define PRINTK_COUNT_BITS 26
#define PRINTK_SIZE_BITS 31

/*
 * What VMCOREINFO names. Of struct printk_info it leaves out the byte after text_len, facility,
 * which is between that and caller_id in every kernel.
 */
enum printk_offset {
	RING_DESCS,
	RING_DATA,
	DESCS_COUNT_BITS,
	DESCS_DESCS,
	DESCS_INFOS,
	DESCS_HEAD,
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

struct printk_ring {
	struct kernel_memory memory;
	uint64_t offsets[NR_OFFSETS];
	uint64_t descs, infos, data; /* addresses */
	uint64_t head; /* the id of the newest descriptor */
	uint32_t count_bits, size_bits; /* at most PRINTK_COUNT_BITS, PRINTK_SIZE_BITS */
};

/* Copies @size bytes from what is @offset from @base. Returns false when they cannot be read. */
bool printk_ring_at(struct printk_ring *ring, uint64_t base, enum printk_offset offset, void *to,
		    size_t size);

/* As printk_read() gives them. */
void printk_ring_read(struct printk_ring *ring, printk_take *take, void *opaque);

#endif
