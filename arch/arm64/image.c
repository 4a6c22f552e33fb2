// SPDX-License-Identifier: MIT
#include "arch/arm64/image.h"

#define HEADER_SIZE 64
#define TEXT_OFFSET 8
#define IMAGE_SIZE 16
#define FLAGS 24
#define FLAG_BIG_ENDIAN 1
#define PAGE 4096

#define ZBOOT_OFFSET 8
#define ZBOOT_SIZE 12

static uint64_t get(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

int image_parse(const uint8_t *file, uint64_t size, struct image *image, struct error *err)
{
	if (kernel_file_format(file, size) != KERNEL_IMAGE)
		return kernel_file_refuse(file, size, "an arm64 Image", err);
	if (size < HEADER_SIZE)
		return error_set(err, "truncated: %llu bytes", (unsigned long long)size);
	if (get(file + FLAGS, 8) & FLAG_BIG_ENDIAN)
		return error_set(err,
				 "a big-endian kernel: give one without CONFIG_CPU_BIG_ENDIAN");
	image->text_offset = get(file + TEXT_OFFSET, 8);
	image->size = get(file + IMAGE_SIZE, 8);
	if (!image->size)
		return error_set(err, "image_size is 0, as before Linux 3.17: it does not say how "
				      "much memory it needs");
	if (image->text_offset % PAGE || image->text_offset >= IMAGE_BASE_ALIGN)
		return error_set(err,
				 "text_offset is 0x%llx: must be a multiple of 4 KiB below 2 MiB",
				 (unsigned long long)image->text_offset);
	if (image->size > UINT64_MAX / 2)
		return error_set(err, "image_size is 0x%llx: more than any machine has",
				 (unsigned long long)image->size);
	if (image->size < size)
		image->size = size; /* a signature may follow the kernel */
	return 0;
}

int image_parse_zboot(const uint8_t *file, uint64_t size, struct kernel_stream *stream,
		      struct error *err)
{
	uint64_t offset;

	if (kernel_file_format(file, size) != KERNEL_ZBOOT)
		return 0;
	if (size < HEADER_SIZE)
		return error_set(err, "truncated: %llu bytes", (unsigned long long)size);
	offset = get(file + ZBOOT_OFFSET, 4);
	stream->size = get(file + ZBOOT_SIZE, 4);
	if (offset > size || stream->size > size - offset || !stream->size)
		return error_set(err,
				 "truncated, or its header is wrong: a payload of %zu bytes at "
				 "%llu in a file of %llu",
				 stream->size, (unsigned long long)offset,
				 (unsigned long long)size);
	stream->data = file + offset;
	return 1;
}
