/* SPDX-License-Identifier: MIT */
/*
 * The channel's fast port: bytes written at its beginning go to its user (session.c), in accesses
 * of any width, and reads there are answered with the user's bytes. KVM
 * may collect the writes (coalesced.h); one elsewhere, which it does not, has them handed over. It
 * is on a bus only where a command runs in the guest. No lock of its own, no system calls.
 */
#ifndef VMM_DEVICES_FAST_H
#define VMM_DEVICES_FAST_H

#include <stddef.h>

#include "vmm/devices/bus.h"

#define FAST_DATA_SIZE 8 /* where bytes go */
#define FAST_SIZE 16

struct fast_ops {
	void (*receive)(void *opaque, const uint8_t *bytes, size_t size);
	void (*pull)(void *opaque, uint8_t *bytes, size_t size); /* all of them */
};

struct fast {
	struct bus_device device;
	const struct fast_ops *ops; /* the user's, there before fast_init(); NULL: no such port */
	void *opaque;
};

void fast_init(struct fast *fast, uint64_t base);

#endif
