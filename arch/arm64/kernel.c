// SPDX-License-Identifier: MIT
/* Kernels for load.c: an Image, plain, compressed as a whole or within a vmlinuz.efi. */
#include "arch/arch.h"
#include "arch/arm64/image.h"
#include "arch/arm64/vmsa.h"
#include "vmm/guest/unpack.h"

#define CMDLINE_MAX 2047 /* COMMAND_LINE_SIZE, arch/arm64/include/uapi/asm/setup.h */

int arch_kernel_read_unpacked(const struct file *file, struct kernel *kernel, struct error *err)
{
	return image_parse(file->head, file->size, kernel, err);
}

static int find_stream(const struct file *file, struct kernel_stream *stream, struct error *err)
{
	uint8_t magic[UNPACK_MAGIC];

	switch (image_parse_zboot(file->head, file->size, stream, err)) {
	case 1:
		if (unpack_magic(file, stream->offset, stream->size, magic, err))
			return -1;
		if (!unpack_knows(magic, stream->size))
			return error_set(err, "compressed neither with gzip, xz, lz4 nor zstd");
		return 0;
	case 0:
		if (kernel_file_format(file->head, file->size) == KERNEL_COMPRESSED)
			stream->size = file->size;
		return 0;
	default:
		return -1;
	}
}

/* There is no firmware that would unpack it. */
int arch_kernel_read(const struct boot *boot, struct kernel *kernel, struct kernel_stream *stream,
		     struct error *err)
{
	kernel->cmdline_max = CMDLINE_MAX;
	if (find_stream(&boot->kernel, stream, err))
		return -1;
	if (!stream->size)
		return arch_kernel_read_unpacked(&boot->kernel, kernel, err);
	if (boot->mode == BOOT_PACKED)
		return error_set(err,
				 "compressed, and an arm64 kernel unpacks itself on EFI alone: "
				 "leave out --boot packed");
	return 0;
}

bool arch_kernel_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va,
		     uint64_t *gpa)
{
	return vmsa_gpa(info, ram, va, gpa);
}
