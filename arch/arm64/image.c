// SPDX-License-Identifier: MIT
#include "arch/arm64/image.h"

#include "arch/arm64/platform.h"

#define HEADER_SIZE 64
#define TEXT_OFFSET 8
#define IMAGE_SIZE 16
#define FLAGS 24
#define FLAG_BIG_ENDIAN 1
#define PAGE 4096

#define ZBOOT_OFFSET 8
#define ZBOOT_SIZE 12

_Static_assert(ARM64_RAM % IMAGE_BASE_ALIGN == 0, "text_offset counts from the start of RAM");

int image_parse(const uint8_t *head, uint64_t size, struct kernel *kernel, struct error *err)
{
	uint64_t text_offset, image_size;

	if (kernel_file_format(head, size) != KERNEL_IMAGE)
		return kernel_file_refuse(head, size, "an arm64 Image", err);
	if (size < HEADER_SIZE)
		return error_set(err, "truncated: %llu bytes", (unsigned long long)size);
	if (kernel_file_field(head + FLAGS, 8) & FLAG_BIG_ENDIAN)
		return error_set(err,
				 "a big-endian kernel: give one without CONFIG_CPU_BIG_ENDIAN");
	text_offset = kernel_file_field(head + TEXT_OFFSET, 8);
	image_size = kernel_file_field(head + IMAGE_SIZE, 8);
	if (!image_size)
		return error_set(err, "image_size is 0, as before Linux 3.17: it does not say how "
				      "much memory it needs");
	if (text_offset % PAGE || text_offset >= IMAGE_BASE_ALIGN)
		return error_set(err,
				 "text_offset is 0x%llx: must be a multiple of 4 KiB below 2 MiB",
				 (unsigned long long)text_offset);
	if (image_size > UINT64_MAX / 2)
		return error_set(err, "image_size is 0x%llx: more than any machine has",
				 (unsigned long long)image_size);
	if (image_size < size)
		image_size = size; /* a signature may follow the kernel */
	kernel->entry = ARM64_RAM + text_offset;
	kernel->nr = 1;
	kernel->segments[0] = (struct kernel_segment){ 0, size, kernel->entry, image_size };
	return 0;
}

int image_parse_zboot(const uint8_t *head, uint64_t size, struct kernel_stream *stream,
		      struct error *err)
{
	uint64_t offset;

	if (kernel_file_format(head, size) != KERNEL_ZBOOT)
		return 0;
	if (size < HEADER_SIZE)
		return error_set(err, "truncated: %llu bytes", (unsigned long long)size);
	offset = kernel_file_field(head + ZBOOT_OFFSET, 4);
	stream->size = kernel_file_field(head + ZBOOT_SIZE, 4);
	if (offset > size || stream->size > size - offset || !stream->size)
		return error_set(err,
				 "truncated, or its header is wrong: a payload of %llu bytes at "
				 "%llu in a file of %llu",
				 (unsigned long long)stream->size, (unsigned long long)offset,
				 (unsigned long long)size);
	stream->offset = offset;
	return 1;
}
