/* SPDX-License-Identifier: MIT */
/*
 * Compressed kernels, unpacked on the host through libarchive and kept by content (cache.h), so
 * that the next run starts from the kept copy. arch/load.c calls it with what the architecture
 * found in the kernel file, and owns what it opens.
 */
#ifndef VMM_GUEST_UNPACK_H
#define VMM_GUEST_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/guest/cache.h"
#include "vmm/guest/file.h"

#define UNPACK_MAGIC 6 /* bytes, by which a format is known */

/* Reads the first bytes of the @size ones at @offset of @file, as many as there are. 0, or -1. */
int unpack_magic(const struct file *file, uint64_t offset, uint64_t size,
		 uint8_t magic[UNPACK_MAGIC], struct error *err);

/* What begins so, of @size bytes in all, is gzip, xz, lz4 (frame or legacy) or zstd. */
bool unpack_knows(const uint8_t *magic, uint64_t size);

/*
 * The size of the stream that begins so, which the kernel's build has made @size bytes by appending
 * the unpacked size (scripts/Makefile.lib, size_append): 4 bytes that are no part of it, but for
 * gzip, which ends with them by itself.
 */
uint64_t unpack_stream_size(const uint8_t *magic, uint64_t size);

/* Zero-initialized: none. */
struct unpacked {
	struct file file; /* the kernel, for reading; of size 0: none */
	bool kept; /* an earlier run has kept it */
	struct cache cache;
	char name[CACHE_NAME_SIZE];
};

/*
 * Opens what the @size bytes at @offset of @from unpack to: the kept copy, or a new one. Returns 0,
 * or -1 when the bytes are damaged or too many.
 */
int unpack_open(struct unpacked *unpacked, const struct file *from, uint64_t offset, uint64_t size,
		struct error *err);

/*
 * A descriptor of a file in memory with what all of @from, which unpack_knows(), unpacks to. No
 * cache is asked, none keeps it: for modules, of which a run unpacks few. Returns -1 as above.
 */
int unpack_unkept(const struct file *from, struct error *err);

/* Keeps a new one, which has been loaded as a kernel, when the cache can take it. */
void unpack_keep(const struct unpacked *unpacked);

/* Removes and closes the kept copy, which turned out to be damaged. */
void unpack_forget(struct unpacked *unpacked);

void unpack_close(struct unpacked *unpacked);

#endif
