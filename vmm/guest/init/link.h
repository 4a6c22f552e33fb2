/* SPDX-License-Identifier: MIT */
/*
 * The guest's end of the channel (frame.h): frames by the second serial port's tty, or by the fast
 * port, where the tty's bytes only say that the host has some. All of init's files send by it;
 * init.c opens it, stream.c and files.c wait for what comes.
 */
#ifndef VMM_GUEST_INIT_LINK_H
#define VMM_GUEST_INIT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/guest/frame.h"

/*
 * Opens the tty and, if @port is not 0, the fast port at it. Returns 0, or -1 with errno.
 */
int link_open(uint32_t key, uint64_t port);

/* To poll for reading, then link_receive(). */
int link_fd(void);

bool link_is_fast(void);

/* Sends a frame, waiting until the way has room for it. @length is at most FRAME_MAX. */
void link_send(enum frame_kind kind, enum frame_stream stream, const void *payload, size_t length);

/* The same with a text. */
void link_say(enum frame_kind kind, const char *text);

/* What was sent is to arrive before anything else is waited for. */
void link_flush(void);

/* Gives every frame that has come to @take, with its length checked. */
typedef void link_taker(const struct frame_header *header, const uint8_t *payload);
void link_receive(link_taker *take);

/* Nothing more is sent: returns when the last of it is out of this machine. */
void link_close(void);

#endif
