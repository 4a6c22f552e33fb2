/* SPDX-License-Identifier: MIT */
/*
 * stdin on its way to the guest: what is read, and waits until the guest takes it.
 * From a terminal all is read as it comes, or the escape key would wait with it; what another file
 * has beyond a little waits there. wait.c owns one and calls it as poll(2) says.
 */
#ifndef VMM_RUN_INPUT_H
#define VMM_RUN_INPUT_H

#include "vmm/devices/serial.h"
#include "vmm/run/terminal.h"

/* Who gets stdin. */
struct input_ops {
	size_t (*room)(void *opaque); /* how much of a file is to be read and wait here */
	size_t (*take)(void *opaque, const uint8_t *bytes, size_t size); /* returns how many */
	void (*end)(void *opaque); /* there is no more */
};

extern const struct input_ops input_to_serial; /* a struct serial */

#define INPUT_READ 4096 /* at once, and what waits here of a file */
#define INPUT_MAX (1 << 20) /* what waits here of a terminal's; the rest is dropped */

struct input {
	int fd; /* -1: there is none, or no more */
	bool is_terminal;
	bool eager; /* a terminal whose keys we look for */
	bool ended; /* has been told */
	bool dropped; /* has been said */
	const struct input_ops *ops;
	void *opaque;
	uint8_t *bytes; /* those that wait are from head to tail; @room is allocated, on demand */
	size_t head, tail, room;
};

/* @fd for whom @ops are of; -1 for no input. @keys: of a terminal all is read as it comes. */
void input_open(struct input *input, int fd, bool keys, const struct input_ops *ops, void *opaque);

/* Is more to be read? Not from a terminal in the background, which would stop us. */
bool input_is_wanted(const struct input *input);

/* Reads what there is, one read(2), without the escape key's sequence that it returns. */
enum terminal_key input_read(struct input *input);

/* Hands the guest as much as it has room for. */
void input_offer(struct input *input);

#endif
