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

/*
 * Reads the header of the Image of @size bytes in all that begins with @head: it is one segment of
 * @kernel, whose first byte is the entry (booting.rst, "Call the kernel image"). Returns 0, or -1
 * with what is wrong.
 */
int image_parse(const uint8_t *head, uint64_t size, struct kernel *kernel, struct error *err);

/*
 * Reads the header of an EFI zboot image in the same way; the stream lies within it, without the
 * size that the build appends. Returns 1, 0 when it is none, or -1 with what is wrong.
 */
int image_parse_zboot(const uint8_t *head, uint64_t size, struct kernel_stream *stream,
		      struct error *err);

#endif
