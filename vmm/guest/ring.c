// SPDX-License-Identifier: MIT
#include "vmm/guest/ring.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t ring_put(struct ring *ring, const uint8_t *bytes, size_t size)
{
	size_t tail = (ring->head + ring->count) % FRAME_WINDOW;
	size_t all = least(size, FRAME_WINDOW - ring->count);
	size_t first = least(all, FRAME_WINDOW - tail);

	memcpy(ring->bytes + tail, bytes, first);
	memcpy(ring->bytes, bytes + first, all - first);
	ring->count += all;
	return all;
}

const uint8_t *ring_front(const struct ring *ring, size_t most, size_t *size)
{
	*size = least(most, least(ring->count, FRAME_WINDOW - ring->head));
	return ring->bytes + ring->head;
}

void ring_drop(struct ring *ring, size_t size)
{
	ring->head = (ring->head + size) % FRAME_WINDOW;
	ring->count -= size;
}
