// SPDX-License-Identifier: MIT
#include "arch/x86/kernel.h"

#include <string.h>

#include "arch/x86/elf.h"
#include "vmm/guest/file.h"
#include "vmm/guest/unpack.h"

#define ENTRY_64BIT 0x200 /* behind the 32-bit entry at the load address */

/* arch/arm64/include/asm/image.h. */
#define ARM64_MAGIC_OFFSET 56
#define ARM64_MAGIC "ARM\x64"

/* drivers/firmware/efi/libstub/zboot-header.S. */
#define ZBOOT_MAGIC_OFFSET 4
#define ZBOOT_MAGIC "zimg"

/* @size bytes at @gpa are RAM that a kernel may have. */
static int check_place(struct vm *vm, uint64_t floor, uint64_t gpa, uint64_t size,
		       struct error *err)
{
	if (gpa < floor)
		return error_set(err,
				 "wants address 0x%llx, but below 0x%llx are the tables: give a "
				 "vmlinux or a bzImage",
				 (unsigned long long)gpa, (unsigned long long)floor);
	if (!ram_hva(&vm->ram, gpa, size))
		return error_set(err,
				 "needs RAM up to %llu MiB, and more for its initrd and to run: "
				 "give the first nodes more memory",
				 (unsigned long long)(gpa + size) >> 20);
	return 0;
}

static int load_elf(struct vm *vm, const struct file *file, uint64_t floor, struct kernel *kernel,
		    struct error *err)
{
	struct elf_image image;

	if (elf_parse(file->data, file->size, &image, err))
		return -1;
	for (unsigned int i = 0; i < image.nr; i++) {
		const struct elf_segment *s = &image.segments[i];

		if (check_place(vm, floor, s->gpa, s->size, err) ||
		    file_read(file, s->offset, ram_hva(&vm->ram, s->gpa, s->size), s->file_size,
			      err))
			return -1;
		if (s->gpa + s->size > kernel->end)
			kernel->end = s->gpa + s->size;
	}
	kernel->entry = image.entry;
	return 0;
}

static int load_packed(struct vm *vm, const struct file *file, uint64_t floor,
		       struct kernel *kernel, struct error *err)
{
	const struct setup_header *header = &kernel->header;
	uint64_t gpa = header->pref_address, size = file->size - header->setup_size;
	uint64_t needed = header->init_size > size ? header->init_size : size;

	if (check_place(vm, floor, gpa, needed, err) ||
	    file_read(file, header->setup_size, ram_hva(&vm->ram, gpa, size), size, err))
		return -1;
	kernel->entry = gpa + ENTRY_64BIT;
	kernel->end = gpa + needed;
	return 0;
}

static int load_stream(struct vm *vm, const uint8_t *stream, size_t size, uint64_t floor,
		       struct kernel *kernel, struct error *err)
{
	int fd = unpack_open(stream, size, err), ret;
	struct file unpacked;

	if (fd < 0 || file_from_fd(&unpacked, fd, "its unpacked form", err))
		return -1;
	ret = load_elf(vm, &unpacked, floor, kernel, err);
	file_close(&unpacked);
	return ret;
}

/* A kept copy that is damaged is made anew; a kernel that is wrong itself fails again. */
static int load_unpacked(struct vm *vm, const struct file *file, uint64_t floor,
			 struct kernel *kernel, struct error *err)
{
	const struct setup_header *header = &kernel->header;
	const uint8_t *payload = file->data + header->setup_size + header->payload_offset;
	size_t size = unpack_stream_size(payload, header->payload_size);

	if (!load_stream(vm, payload, size, floor, kernel, err))
		return 0;
	unpack_forget(payload, size);
	return load_stream(vm, payload, size, floor, kernel, err);
}

/* A payload in a format that is not known here is left to the guest, unless told otherwise. */
static int load_bzimage(struct vm *vm, const struct file *file, uint64_t floor,
			struct kernel *kernel, struct error *err)
{
	const struct setup_header *header = &kernel->header;
	const uint8_t *payload = file->data + header->setup_size + header->payload_offset;
	bool known = unpack_knows(payload, header->payload_size);

	if (vm->boot->mode == BOOT_PACKED || (vm->boot->mode == BOOT_DEFAULT && !known))
		return load_packed(vm, file, floor, kernel, err);
	if (!known)
		return error_set(err, "compressed neither with gzip, xz, lz4 nor zstd: use "
				      "--boot packed");
	return load_unpacked(vm, file, floor, kernel, err);
}

static int refuse_unknown(const struct file *file, struct error *err)
{
	if (file->size > ARM64_MAGIC_OFFSET + 4 &&
	    !memcmp(file->data + ARM64_MAGIC_OFFSET, ARM64_MAGIC, 4))
		return error_set(err, "an arm64 Image: give an x86-64 kernel");
	if (file->size > ZBOOT_MAGIC_OFFSET + 4 &&
	    !memcmp(file->data + ZBOOT_MAGIC_OFFSET, ZBOOT_MAGIC, 4))
		return error_set(err,
				 "an EFI zboot image, as arm64 has them: give an x86-64 kernel");
	if (unpack_knows(file->data, file->size))
		return error_set(err,
				 "a compressed file, such as an arm64 Image.gz: give a bzImage, or "
				 "unpack it if it is a vmlinux");
	return error_set(err,
			 "neither a bzImage nor an ELF vmlinux (%llu bytes): give a kernel such "
			 "as /boot/vmlinuz",
			 (unsigned long long)file->size);
}

static int load_file(struct vm *vm, const struct file *file, uint64_t floor, struct kernel *kernel,
		     struct error *err)
{
	if (elf_knows(file->data, file->size))
		return load_elf(vm, file, floor, kernel, err);
	switch (setup_header_read(file->data, file->size, &kernel->header, err)) {
	case 0:
		return refuse_unknown(file, err);
	case 1:
		kernel->has_header = true;
		return load_bzimage(vm, file, floor, kernel, err);
	default:
		return -1;
	}
}

int kernel_load(struct vm *vm, uint64_t floor, struct kernel *kernel, struct error *err)
{
	struct file file;
	int ret;

	*kernel = (struct kernel){ 0 };
	if (file_open(&file, vm->boot->kernel, err))
		return error_prefix(err, "kernel ");
	ret = load_file(vm, &file, floor, kernel, err);
	file_close(&file);
	return ret ? error_prefix(err, "kernel %s: ", vm->boot->kernel) : 0;
}
