// SPDX-License-Identifier: MIT
#include "arch/arm64/kernel.h"

#include "arch/arm64/image.h"
#include "arch/arm64/platform.h"
#include "vmm/guest/file.h"
#include "vmm/guest/unpack.h"

_Static_assert(ARM64_RAM % IMAGE_BASE_ALIGN == 0, "text_offset counts from the start of RAM");

static int load_image(struct vm *vm, const struct file *file, struct kernel *kernel,
		      struct error *err)
{
	struct image image;

	if (image_parse(file->data, file->size, &image, err))
		return -1;
	kernel->entry = ARM64_RAM + image.text_offset;
	kernel->end = kernel->entry + image.size;
	if (!ram_hva(&vm->ram, kernel->entry, image.size))
		return error_set(
			err,
			"needs %llu MiB of RAM, and more for its initrd and to run: give the "
			"machine more memory",
			(unsigned long long)(kernel->end - ARM64_RAM + (1 << 20) - 1) >> 20);
	return file_read(file, 0, ram_hva(&vm->ram, kernel->entry, image.size), file->size, err);
}

/* Without firmware there is nobody to unpack a kernel but us. */
static int load_unpacked(struct vm *vm, const uint8_t *data, size_t size, struct kernel *kernel,
			 struct error *err)
{
	struct file unpacked;
	int fd, ret;

	if (vm->boot->mode == BOOT_PACKED)
		return error_set(err,
				 "compressed, and an arm64 kernel unpacks itself on EFI alone: "
				 "leave out --boot packed");
	fd = unpack_open(data, size, err);
	if (fd < 0 || file_from_fd(&unpacked, fd, "its unpacked form", err))
		return -1;
	ret = load_image(vm, &unpacked, kernel, err);
	file_close(&unpacked);
	return ret;
}

static int load_file(struct vm *vm, const struct file *file, struct kernel *kernel,
		     struct error *err)
{
	struct image_payload payload;

	switch (image_parse_zboot(file->data, file->size, &payload, err)) {
	case 1:
		if (!unpack_knows(file->data + payload.offset, payload.size))
			return error_set(err, "compressed neither with gzip, xz, lz4 nor zstd");
		return load_unpacked(vm, file->data + payload.offset, payload.size, kernel, err);
	case 0:
		break;
	default:
		return -1;
	}
	if (unpack_knows(file->data, file->size))
		return load_unpacked(vm, file->data, file->size, kernel, err);
	return load_image(vm, file, kernel, err);
}

int kernel_load(struct vm *vm, struct kernel *kernel, struct error *err)
{
	struct file file;
	int ret;

	*kernel = (struct kernel){ 0 };
	if (file_open(&file, vm->boot->kernel, err))
		return error_prefix(err, "kernel ");
	ret = load_file(vm, &file, kernel, err);
	file_close(&file);
	return ret ? error_prefix(err, "kernel %s: ", vm->boot->kernel) : 0;
}
