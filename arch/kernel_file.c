// SPDX-License-Identifier: MIT
#include "arch/kernel_file.h"

#include <string.h>

#include "vmm/guest/unpack.h"

struct magic {
	unsigned int offset;
	unsigned int size;
	const char *bytes;
};

/* elf(5): e_ident up to EI_CLASS, of 64 bits, and where e_machine is. */
#define ELF64 0, 5, "\x7f\x45LF\2"
#define ELF_MACHINE 18, 2

/*
 * The first that fits. Linux, Documentation/arch/x86/boot.rst ("The Real-Mode Kernel Header") and
 * arch/arm64/booting.rst; drivers/firmware/efi/libstub/zboot-header.S.
 */
static const struct {
	const char *name;
	struct magic magic[2];
} formats[] = {
	[KERNEL_VMLINUX_X86] = { "an x86-64 vmlinux", { { ELF64 }, { ELF_MACHINE, "\x3e\0" } } },
	[KERNEL_VMLINUX_ARM64] = { "an arm64 vmlinux", { { ELF64 }, { ELF_MACHINE, "\xb7\0" } } },
	[KERNEL_ELF] = { "an ELF file for another machine", { { 0, 4, "\x7f\x45LF" } } },
	[KERNEL_BZIMAGE] = { "an x86 bzImage", { { 0x1fe, 2, "\x55\xaa" }, { 0x202, 4, "HdrS" } } },
	[KERNEL_IMAGE] = { "an arm64 Image", { { 56, 4, "ARM\x64" } } },
	[KERNEL_ZBOOT] = { "an EFI zboot image, as arm64 has them",
			   { { 0, 2, "MZ" }, { 4, 4, "zimg" } } },
	[KERNEL_COMPRESSED] = { "a compressed file, such as an arm64 Image.gz", { { 0 } } },
};

static bool has(const uint8_t *head, uint64_t size, const struct magic *magic)
{
	return size >= magic->offset + magic->size &&
	       !memcmp(head + magic->offset, magic->bytes, magic->size);
}

static bool fits(const uint8_t *head, uint64_t size, unsigned int format)
{
	const struct magic *magic = formats[format].magic;

	if (format == KERNEL_COMPRESSED)
		return unpack_knows(head, size);
	return has(head, size, &magic[0]) && (!magic[1].size || has(head, size, &magic[1]));
}

enum kernel_format kernel_file_format(const uint8_t *head, uint64_t size)
{
	unsigned int format = 0;

	while (format < KERNEL_UNKNOWN && !fits(head, size, format))
		format++;
	return format;
}

uint64_t kernel_file_field(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

int kernel_file_refuse(const uint8_t *head, uint64_t size, const char *wanted, struct error *err)
{
	enum kernel_format format = kernel_file_format(head, size);

	if (format == KERNEL_UNKNOWN)
		return error_set(err, "not %s (%llu bytes): give a kernel such as /boot/vmlinuz",
				 wanted, (unsigned long long)size);
	return error_set(err, "%s: give %s", formats[format].name, wanted);
}
