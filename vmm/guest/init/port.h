/* SPDX-License-Identifier: MIT */
/*
 * The fast port as init reaches it, one file per architecture, arch/.../init/port.c: sizes are
 * multiples of 8 bytes. link.c calls it.
 */
#ifndef VMM_GUEST_INIT_PORT_H
#define VMM_GUEST_INIT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False where the kernel does not let us. */
bool port_open(uint64_t address);

/* The calling process, which is about to become another program, may use it no more. */
void port_drop(void);

void port_write(const void *bytes, size_t size);

/* The host looks at what was written. */
void port_flush(void);

/* Zeroes where the host has no more. */
void port_read(void *bytes, size_t size);

#endif
