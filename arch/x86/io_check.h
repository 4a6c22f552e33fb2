/* SPDX-License-Identifier: MIT */
/*
 * System Control Port B, which says why there was an NMI: nothing, as all ones, or, once it is set,
 * an I/O channel's check, IOCHK. machine.c puts it on the bus, vcpu.c sets it.
 */
#ifndef ARCH_X86_IO_CHECK_H
#define ARCH_X86_IO_CHECK_H

#include <stdatomic.h>

#include "vmm/devices/bus.h"

struct io_check {
	struct bus_device device;
	atomic_bool set;
};

void io_check_init(struct io_check *check, struct bus *bus);

#endif
