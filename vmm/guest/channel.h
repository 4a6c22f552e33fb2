/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the channel to init (frame.h): the command's streams and its end, over a way
 * that carries bytes (today the second serial port and the fast port beside it). Bytes come in on
 * vCPUs' threads, which never block here; the main thread moves them to and from files in its wait
 * (channel_poll(), channel_pump()). vmm/run/session.c owns it.
 *
 * Nothing of what the guest says is trusted: lengths and numbers are checked, buffers bounded by
 * what was granted, the events below come at most once each. What is to be said to the guest is
 * kept as a state, of which frames are made when it takes them, so that nothing queues up.
 */
#ifndef VMM_GUEST_CHANNEL_H
#define VMM_GUEST_CHANNEL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "vmm/guest/frame.h"

#define CHANNEL_WARNINGS 16 /* of init's are told */

/* What init has said so far. Copied out under the lock by channel_state(). */
struct channel_state {
	bool hello, start, exit, done;
	bool cut; /* init was asked to finish before EXIT */
	struct frame_hello said; /* of HELLO */
	double hello_at, start_at, exit_at; /* CLOCK_MONOTONIC, seconds */
	struct frame_exit end; /* of EXIT */
	char error[512]; /* of ERROR, or of an EXIT that never ran; else empty */
	uint64_t garbage; /* bytes that were no frame */
	uint64_t lost; /* frames by their numbers, or for which nothing was granted */
	int write_error[FRAME_STREAMS]; /* errno for which a stream's file lacks the rest */
};

struct channel_ops {
	/* The main thread has something to look at. Any thread; the channel's locks are free. */
	void (*wake)(void *opaque);
	/* A warning of init's, as it came. Main thread. */
	void (*warn)(void *opaque, const char *text);
};

struct channel; /* channel.c's: a few hundred KiB */

/*
 * @fds: where the guest's streams go, by enum frame_stream; -1: nowhere. None of stdin's, which
 * comes by channel_input(). A write(2) to them of up to PIPE_BUF bytes, after POLLOUT, should not
 * block. @key: of the run. Does not own the descriptors.
 */
struct channel *channel_new(const int fds[FRAME_STREAMS], uint32_t key,
			    const struct channel_ops *ops, void *opaque);
void channel_free(struct channel *channel);

/* The guest's bytes, in order. From a vCPU's thread. */
void channel_receive(struct channel *channel, const uint8_t *bytes, size_t size);

/*
 * Takes up to @size bytes for the guest; returns how many. A frame is followed by zeroes up to a
 * multiple of FRAME_ALIGN. Nothing before HELLO. Main thread, where the way to the guest tells of
 * room.
 */
size_t channel_take(struct channel *channel, uint8_t *bytes, size_t size);

/*
 * The same where the guest reads by itself: @size bytes, which are frames and, where there is none,
 * as many zeroes as a header has. From a vCPU's thread.
 */
void channel_pull(struct channel *channel, uint8_t *bytes, size_t size);

/* Is there something since channel_pull() last had nothing? Says so once. Main thread. */
bool channel_kicks(struct channel *channel);

/* How much of stdin is to be read now: what the guest has asked for and has not got. */
size_t channel_room(struct channel *channel);

/* Takes @size bytes of stdin; returns how many, up to channel_room(). */
size_t channel_input(struct channel *channel, const uint8_t *bytes, size_t size);

/* stdin has ended. */
void channel_input_end(struct channel *channel);

/* What the main thread is to poll: fills @polls, fd -1 where there is nothing to wait for. */
void channel_poll(struct channel *channel, struct pollfd polls[FRAME_STREAMS]);

/* Writes to the polled files what they take, and tells of warnings. */
void channel_pump(struct channel *channel, const struct pollfd polls[FRAME_STREAMS]);

/* The terminal's size has changed. */
void channel_resize(struct channel *channel, uint16_t rows, uint16_t columns);

/* Has init kill the command and send its files. */
void channel_finish(struct channel *channel);

void channel_state(struct channel *channel, struct channel_state *state);

/* All that the guest has sent is where it was to go, or never can be. */
bool channel_drained(struct channel *channel);

#endif
