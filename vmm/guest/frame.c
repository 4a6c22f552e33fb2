// SPDX-License-Identifier: MIT
#include "vmm/guest/frame.h"

#include <stddef.h>
#include <string.h>

static uint64_t add_word(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * FRAME_FACTOR;
	return sum ^ sum >> 32;
}

static uint64_t add_bytes(uint64_t sum, const uint8_t *bytes, size_t size)
{
	uint64_t word = 0;

	for (; size >= sizeof(word); bytes += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		sum = add_word(sum, word);
	}
	if (!size)
		return sum;
	word = 0;
	memcpy(&word, bytes, size);
	return add_word(sum, word);
}

uint32_t frame_sum(uint32_t key, const struct frame_header *header, const void *payload)
{
	uint64_t sum = add_bytes(key, (const uint8_t *)header, offsetof(struct frame_header, sum));

	return add_bytes(sum, payload, header->length);
}
