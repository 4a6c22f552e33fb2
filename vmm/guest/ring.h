/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a stream that wait, as many as its receiver has granted. One thread puts, one takes; who
 * calls has the lock, but for reading the bytes that ring_front() shows.
 */
#ifndef VMM_GUEST_RING_H
#define VMM_GUEST_RING_H

#include <stddef.h>
#include <stdint.h>

#include "vmm/guest/frame.h"

struct ring {
	size_t head, count;
	uint8_t bytes[FRAME_WINDOW];
};

/* Returns how many of the @size bytes had room. */
size_t ring_put(struct ring *ring, const uint8_t *bytes, size_t size);

/* The first bytes, up to @most, without taking them; *@size is how many lie together. */
const uint8_t *ring_front(const struct ring *ring, size_t most, size_t *size);

void ring_drop(struct ring *ring, size_t size);

#endif
