// SPDX-License-Identifier: MIT
#include "arch/arm64/image.h"

#include <string.h>

#define HEADER_SIZE 64
#define TEXT_OFFSET 8
#define IMAGE_SIZE 16
#define FLAGS 24
#define MAGIC 56
#define FLAG_BIG_ENDIAN 1
#define PAGE 4096

#define ZBOOT_MAGIC 4
#define ZBOOT_OFFSET 8
#define ZBOOT_SIZE 12

/* Documentation/arch/x86/boot.rst: the boot sector's flag and the header's magic. */
#define X86_BOOT_FLAG 0x1fe
#define X86_MAGIC 0x202

/* elf(5): its first bytes and e_machine. */
#define ELF_MAGIC "\x7f\x45LF"
#define ELF_MACHINE 18
#define ELF_MACHINE_X86_64 62

static uint64_t get(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static bool has(const uint8_t *file, uint64_t size, uint64_t offset, const char *text)
{
	size_t length = strlen(text);

	return size >= offset + length && !memcmp(file + offset, text, length);
}

static int refuse_unknown(const uint8_t *file, uint64_t size, struct error *err)
{
	if (has(file, size, X86_BOOT_FLAG, "\x55\xaa") && has(file, size, X86_MAGIC, "HdrS"))
		return error_set(err, "an x86 bzImage: give an arm64 Image");
	if (has(file, size, 0, ELF_MAGIC) && size >= ELF_MACHINE + 2 &&
	    get(file + ELF_MACHINE, 2) == ELF_MACHINE_X86_64)
		return error_set(err, "an x86-64 vmlinux: give an arm64 Image");
	if (has(file, size, 0, ELF_MAGIC))
		return error_set(err, "an ELF file: give the Image, from arch/arm64/boot");
	return error_set(err,
			 "no arm64 Image (%llu bytes): give a kernel such as /boot/vmlinuz or "
			 "arch/arm64/boot/Image",
			 (unsigned long long)size);
}

int image_parse(const uint8_t *file, uint64_t size, struct image *image, struct error *err)
{
	if (!has(file, size, MAGIC, "ARM\x64"))
		return refuse_unknown(file, size, err);
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

int image_parse_zboot(const uint8_t *file, uint64_t size, struct image_payload *payload,
		      struct error *err)
{
	if (!has(file, size, 0, "MZ") || !has(file, size, ZBOOT_MAGIC, "zimg"))
		return 0;
	if (size < HEADER_SIZE)
		return error_set(err, "truncated: %llu bytes", (unsigned long long)size);
	payload->offset = get(file + ZBOOT_OFFSET, 4);
	payload->size = get(file + ZBOOT_SIZE, 4);
	if (payload->offset > size || payload->size > size - payload->offset || !payload->size)
		return error_set(err,
				 "truncated, or its header is wrong: a payload of %llu bytes at "
				 "%llu in a file of %llu",
				 (unsigned long long)payload->size,
				 (unsigned long long)payload->offset, (unsigned long long)size);
	return 1;
}
