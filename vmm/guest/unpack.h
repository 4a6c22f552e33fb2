/* SPDX-License-Identifier: MIT */
/*
 * Compressed kernels, unpacked on the host through libarchive and kept by content under
 * $XDG_CACHE_HOME/numavm, so that the next run starts from the kept copy. arch/load.c calls it with
 * what the architecture found in the kernel file.
 */
#ifndef VMM_GUEST_UNPACK_H
#define VMM_GUEST_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/error.h"

/* Begins as gzip, xz, lz4 (frame or legacy) or zstd do. */
bool unpack_knows(const uint8_t *data, size_t size);

/*
 * The size of the stream at @data, which the kernel's build has made @size bytes, above 4, by
 * appending the unpacked size (scripts/Makefile.lib, size_append): 4 bytes that are no part of it,
 * but for gzip, which ends with them by itself.
 */
size_t unpack_stream_size(const uint8_t *data, size_t size);

/*
 * Returns a descriptor of a file with what @data, @size bytes, unpacks to, for reading: the kept
 * copy, or a new one, which is kept when the cache's folder can be written to. -1 when the data is
 * damaged.
 */
int unpack_open(const uint8_t *data, size_t size, struct error *err);

/* Removes the kept copy, which turned out to be damaged; the next unpack_open() makes it anew. */
void unpack_forget(const uint8_t *data, size_t size);

#endif
