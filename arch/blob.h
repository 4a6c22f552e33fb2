/* SPDX-License-Identifier: MIT */
/*
 * A growable run of bytes for tables: append, then patch lengths and checksums. No offset is ever
 * known before the bytes are there. Whoever asked for the tables frees it.
 */
#ifndef ARCH_BLOB_H
#define ARCH_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "mem/error.h"

struct blob {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

/* Appends @size bytes; zeros when @data is NULL. Returns the offset of the first. */
size_t blob_add(struct blob *blob, const void *data, size_t size);

size_t blob_add_u8(struct blob *blob, uint8_t value);
/* Little-endian, the low @bytes (1..8) of @value. */
size_t blob_add_le(struct blob *blob, uint64_t value, unsigned int bytes);

/* Opens a gap of @size bytes at @offset and fills it with @data. */
void blob_insert(struct blob *blob, size_t offset, const void *data, size_t size);

/* What makes the bytes from @offset on add up to 0 modulo 256. */
uint8_t blob_checksum(const struct blob *blob, size_t offset, size_t size);

/* Appends text, of less than 128 characters. */
void blob_printf(struct blob *blob, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes @size bytes from @offset on to the file @name in @folder, which is made when it is not
 * there, with all above it. For the tables verb. Returns 0, or -1 naming the one that fails.
 */
int blob_write(const struct blob *blob, size_t offset, size_t size, const char *folder,
	       const char *name, struct error *err);

/* Frees the bytes and leaves @blob empty. */
void blob_free(struct blob *blob);

#endif
