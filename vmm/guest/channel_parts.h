/* SPDX-License-Identifier: MIT */
/*
 * What channel.c, which moves streams to and from files, channel_receive.c, which hears the guest,
 * and channel_take.c, which answers it, have in common.
 */
#ifndef VMM_GUEST_CHANNEL_PARTS_H
#define VMM_GUEST_CHANNEL_PARTS_H

#include <pthread.h>

#include "vmm/guest/channel.h"
#include "vmm/guest/frames.h"
#include "vmm/guest/ring.h"

#define WARNING_SIZE 256

/* A stream; of stdin @ring goes to the guest, of the others it comes from there. */
struct stream {
	struct ring ring;
	int fd; /* main thread's; -1: nowhere */
	bool closed; /* its receiver takes no more */
	bool tell; /* the guest is to know: CLOSED, or stdin's END */
	uint32_t credit; /* stdin: granted by the guest; others: to be granted to it */
};

/* What goes to the guest, frame by frame; with the lock. */
struct sender {
	uint32_t number;
	size_t at, size; /* of frame */
	union {
		struct frame_header header;
		uint8_t frame[sizeof(struct frame_header) + FRAME_MAX + FRAME_ALIGN];
	};
};

struct channel {
	const struct channel_ops *ops;
	void *opaque;

	pthread_mutex_t receiving; /* around the other lock */
	struct frames frames;

	pthread_mutex_t lock;
	struct channel_state state;
	struct stream streams[FRAME_STREAMS];
	struct sender sender;
	struct frame_size window;
	bool resize, finish; /* to be told */
	bool idle; /* the guest has pulled all, and waits for a kick */
	size_t zeroes; /* that it has yet to pull of a header */
	char warnings[CHANNEL_WARNINGS][WARNING_SIZE];
	unsigned int nr_warnings, told_warnings;
};

/* Its receiver takes no more, nor what waits. With the lock, as the next. */
void channel_close(struct stream *stream);

/* How much more of stdin may wait in its ring. */
size_t channel_input_room(const struct channel *channel);

#endif
