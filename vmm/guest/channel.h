/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the channel to init (frame.h): the command's streams and its end, over a way
 * that carries bytes (today the second serial port and the fast port beside it). Bytes come in on
 * vCPUs' threads, which never block here; the main thread moves them to and from files in its wait
 * (channel_poll(), channel_pump()). run.c owns it.
 *
 * Nothing of what the guest says is trusted: lengths and numbers are checked, buffers bounded by
 * what was granted, the events below come at most once each.
 */
#ifndef VMM_GUEST_CHANNEL_H
#define VMM_GUEST_CHANNEL_H

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "vmm/guest/frame.h"

#define CHANNEL_POLLS 4 /* stdin, stdout, stderr, and where --out's archive goes */

/* What init has said so far. Copied out under the lock by channel_state(). */
struct channel_state {
	bool hello, start, exit, done;
	struct frame_hello said; /* of HELLO */
	double hello_at, start_at, exit_at; /* CLOCK_MONOTONIC, seconds */
	struct frame_exit end; /* of EXIT */
	char error[512]; /* of ERROR, or of an EXIT that never ran; else empty */
	uint64_t garbage; /* bytes that were no frame */
	uint32_t lost; /* frames by their numbers */
};

struct channel_ops {
	/* The way to the guest has been empty and has bytes now; channel lock not held. Any thread. */
	void (*kick)(void *opaque);
	/* The main thread has something to look at. Any thread. */
	void (*wake)(void *opaque);
	/* A warning of init's or ours. Main thread. */
	void (*warn)(void *opaque, const char *text);
};

struct channel; /* channel.c's: a few hundred KiB */

/*
 * @fds: where each stream's bytes come from or go to, by enum frame_stream; -1: nowhere (an end is
 * sent, or bytes are dropped). @key: of the run. Does not own the descriptors.
 */
struct channel *channel_new(const int fds[FRAME_STREAMS], uint32_t key,
			    const struct channel_ops *ops, void *opaque);
void channel_free(struct channel *channel);

/* The guest's bytes, in order. From a vCPU's thread. */
void channel_receive(struct channel *channel, const uint8_t *bytes, size_t size);

/* Takes up to @size bytes for the guest; returns how many. From any thread. */
size_t channel_take(struct channel *channel, uint8_t *bytes, size_t size);

/* What the main thread is to poll: fills @polls, fd -1 where there is nothing to wait for. */
void channel_poll(struct channel *channel, struct pollfd polls[CHANNEL_POLLS]);

/* Moves what the polled files have and take, none of which blocks. */
void channel_pump(struct channel *channel, const struct pollfd polls[CHANNEL_POLLS]);

/* The terminal's size has changed. */
void channel_resize(struct channel *channel, uint16_t rows, uint16_t columns);

/* Has init kill the command and send its files. */
void channel_finish(struct channel *channel);

void channel_state(struct channel *channel, struct channel_state *state);

/* All that the guest has sent is where it was to go, or never can be. */
bool channel_drained(struct channel *channel);

#endif
