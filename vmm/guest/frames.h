/* SPDX-License-Identifier: MIT */
/*
 * Frames out of a stream of bytes, which may be anything: what is none is passed over until one
 * begins whose sum is right. Pure, of one size. channel.c has one for the guest's frames.
 */
#ifndef VMM_GUEST_FRAMES_H
#define VMM_GUEST_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "vmm/guest/frame.h"

struct frames {
	uint32_t key;
	uint32_t next; /* number */
	uint64_t garbage; /* bytes that were no frame, without zeroes */
	uint64_t lost; /* frames that are missing by their numbers */
	size_t have, taken; /* bytes, and those of the frame that was returned */
	union {
		struct frame_header header;
		uint8_t bytes[sizeof(struct frame_header) + FRAME_MAX];
	};
};

void frames_init(struct frames *frames, uint32_t key);

/*
 * Takes from *@bytes, *@size of them, up to the end of a frame. Returns true with it in
 * frames->header, its payload after that, until the next call; or false when all bytes are taken.
 * A frame's kind and stream are those of enums, its length is not more than FRAME_MAX.
 */
bool frames_next(struct frames *frames, const uint8_t **bytes, size_t *size);

#endif
