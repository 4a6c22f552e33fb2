/* SPDX-License-Identifier: MIT */
/* What the suites of the channel share: its host end, and a guest's that says what it likes. */
#ifndef TESTS_UNIT_CHANNEL_ENDS_H
#define TESTS_UNIT_CHANNEL_ENDS_H

#include "vmm/guest/channel.h"
#include "vmm/guest/frames.h"

#define KEY 0x1234abcd

/* Both ends: the host's is channel, the guest's are the numbers and frames. */
struct ends {
	struct channel *channel;
	int out[FRAME_STREAMS]; /* what is read of the streams; -1: nowhere */
	unsigned int wakes, warnings;
	char warning[300];
	uint32_t number; /* of the guest's next frame */
	struct frames frames; /* the host's */
};

extern const struct channel_ops ends_ops; /* of a struct ends */

/* With a pipe for each stream. */
void ends_open(struct ends *ends);

/* A frame of the guest's, with its zeroes, at @at, which has room. Returns its size. */
size_t ends_make(struct ends *ends, uint8_t *at, enum frame_kind kind, enum frame_stream stream,
		 const void *payload, size_t length);

void ends_say(struct ends *ends, enum frame_kind kind, enum frame_stream stream,
	      const void *payload, size_t length);

void ends_hello(struct ends *ends);

/* The next frame that the host says, or NULL when it has nothing to say. */
const struct frame_header *ends_hear(struct ends *ends);

struct channel_state ends_state(struct ends *ends);

#endif
