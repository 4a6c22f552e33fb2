// SPDX-License-Identifier: MIT
#include "arch/blob.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mem/xalloc.h"

size_t blob_add(struct blob *blob, const void *data, size_t size)
{
	size_t offset = blob->size;

	if (size > blob->capacity - blob->size) {
		blob->capacity = (blob->size + size) * 2;
		blob->data = xrealloc(blob->data, blob->capacity, 1);
	}
	if (data)
		memcpy(blob->data + offset, data, size);
	else if (size)
		memset(blob->data + offset, 0, size);
	blob->size += size;
	return offset;
}

size_t blob_add_u8(struct blob *blob, uint8_t value)
{
	return blob_add(blob, &value, 1);
}

size_t blob_add_le(struct blob *blob, uint64_t value, unsigned int bytes)
{
	size_t offset = blob->size;

	for (unsigned int i = 0; i < bytes; i++)
		blob_add_u8(blob, value >> (8 * i));
	return offset;
}

void blob_insert(struct blob *blob, size_t offset, const void *data, size_t size)
{
	size_t tail = blob->size - offset;

	blob_add(blob, NULL, size);
	memmove(blob->data + offset + size, blob->data + offset, tail);
	memcpy(blob->data + offset, data, size);
}

uint8_t blob_checksum(const struct blob *blob, size_t offset, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += blob->data[offset + i];
	return -sum;
}

void blob_printf(struct blob *blob, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	blob_add(blob, text, strlen(text));
}

/* As mkdir -p. Returns 0, or -1 with errno. */
static int make_folder(const char *folder)
{
	char *path = xstrdup(folder);
	int ret = 0;

	for (char *at = path + (*path != 0); !ret && (at = strchr(at, '/')); *at++ = '/') {
		*at = 0;
		ret = mkdir(path, 0777) && errno != EEXIST ? -1 : 0;
	}
	free(path);
	return ret || (mkdir(folder, 0777) && errno != EEXIST) ? -1 : 0;
}

int blob_write(const struct blob *blob, size_t offset, size_t size, const char *folder,
	       const char *name, struct error *err)
{
	bool written;
	char *path;
	FILE *file;
	int ret = 0;

	if (make_folder(folder))
		return error_errno(err, "-o %s", folder);
	path = xasprintf("%s/%s", folder, name);
	file = fopen(path, "we");
	written = file && fwrite(blob->data + offset, 1, size, file) == size;
	if ((file && fclose(file)) || !written)
		ret = error_errno(err, "%s", path);
	free(path);
	return ret;
}

void blob_free(struct blob *blob)
{
	free(blob->data);
	*blob = (struct blob){ 0 };
}
