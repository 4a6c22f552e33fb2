/* SPDX-License-Identifier: MIT */
/*
 * Recognizes a Linux kernel's panic in what it prints (kernel/panic.c). Pure: bytes in, an event
 * out. The console owns one and hands it every byte.
 */
#ifndef VMM_DEVICES_PANIC_H
#define VMM_DEVICES_PANIC_H

#include <stddef.h>
#include <stdint.h>

#define PANIC_LINE 256 /* what a line has beyond it does not matter */

enum panic_event {
	PANIC_NOTHING,
	PANIC_BEGINS, /* the message's line is complete, and panic->message has it */
	PANIC_ENDS, /* the kernel has printed all that it will */
};

/* Zeroed to begin with. */
struct panic {
	char line[PANIC_LINE]; /* since the last newline, without control characters */
	size_t length;
	char message[PANIC_LINE]; /* "Kernel panic - not syncing: ..."; empty: none so far */
};

enum panic_event panic_watch(struct panic *panic, uint8_t byte);

#endif
