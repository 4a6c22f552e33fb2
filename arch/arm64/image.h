/* SPDX-License-Identifier: MIT */
/*
 * The headers of arm64 kernel files: Image, and vmlinuz.efi, which holds a compressed one, for
 * kernel.c. Pure. Sources: Linux, Documentation/arch/arm64/booting.rst;
 * drivers/firmware/efi/libstub/zboot-header.S.
 */
#ifndef ARCH_ARM64_IMAGE_H
#define ARCH_ARM64_IMAGE_H

#include "arch/kernel_file.h"

#define IMAGE_BASE_ALIGN (2ULL << 20) /* the address that text_offset counts from */

struct image {
	uint64_t text_offset;
	uint64_t size; /* of memory that it needs from there on: image_size, or the file's own */
};

/*
 * Reads the header of the Image at @file, @size bytes in all. Returns 0, or -1 with what is wrong.
 */
int image_parse(const uint8_t *file, uint64_t size, struct image *image, struct error *err);

/*
 * Reads the header of the EFI zboot image at @file; the stream lies within it, without the size
 * that the build appends. Returns 1, 0 when it is none, or -1 with what is wrong.
 */
int image_parse_zboot(const uint8_t *file, uint64_t size, struct kernel_stream *stream,
		      struct error *err);

#endif
