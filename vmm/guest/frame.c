// SPDX-License-Identifier: MIT
#include <stddef.h>

#include "vmm/guest/frame.h"

/* The remainders of half a byte, so that the table is one that can be read. */
static const uint32_t remainders[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

static uint32_t add_bytes(uint32_t sum, const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size--) {
		sum ^= *byte++;
		sum = sum >> 4 ^ remainders[sum & 15];
		sum = sum >> 4 ^ remainders[sum & 15];
	}
	return sum;
}

uint32_t frame_sum(uint32_t key, const struct frame_header *header, const void *payload)
{
	struct frame_header bare = *header;
	uint32_t sum = ~0U;

	bare.sum = 0;
	sum = add_bytes(sum, &key, sizeof(key));
	sum = add_bytes(sum, &bare, sizeof(bare));
	return ~add_bytes(sum, payload, bare.length);
}
