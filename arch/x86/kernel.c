// SPDX-License-Identifier: MIT
/* Kernels for load.c: a bzImage as it is, its payload unpacked, or an ELF vmlinux. */
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "arch/x86/elf.h"
#include "arch/x86/paging.h"
#include "arch/x86/platform.h"
#include "arch/x86/zero_page.h"
#include "mem/xalloc.h"
#include "vmm/guest/unpack.h"

#define ENTRY_64BIT 0x200 /* from the 32-bit entry at the load address on */

/* Where the kernel does not say: its highest address of an initrd, and COMMAND_LINE_SIZE. */
#define INITRD_MAX 0x7fffffffULL
#define CMDLINE_MAX 2047

static int check_floor(const struct kernel *kernel, struct error *err)
{
	for (unsigned int i = 0; i < kernel->nr; i++)
		if (kernel->segments[i].gpa < X86_HIGH_RAM)
			return error_set(err,
					 "wants address 0x%llx, but what is below 0x%x is "
					 "the machine's own: give a kernel for higher addresses",
					 (unsigned long long)kernel->segments[i].gpa, X86_HIGH_RAM);
	return 0;
}

int arch_kernel_read_unpacked(const struct file *file, struct kernel *kernel, struct error *err)
{
	struct elf_table table;
	uint8_t *headers;
	int ret;

	if (elf_parse(file->head, file->size, kernel, &table, err))
		return -1;
	headers = xcalloc(1, table.size);
	ret = file_read(file, table.offset, headers, table.size, err) ||
	      elf_parse_segments(headers, table.nr, file->size, kernel, err);
	free(headers);
	return ret ? -1 : check_floor(kernel, err);
}

/* boot.rst, "64-bit BOOT PROTOCOL". */
static int read_packed(const struct file *file, const struct setup_header *header,
		       struct kernel *kernel, struct error *err)
{
	uint64_t gpa = setup_header_load_address(header), size = file->size - header->setup_size;
	uint64_t needed = header->init_size > size ? header->init_size : size;

	kernel->entry = gpa + ENTRY_64BIT;
	kernel->nr = 1;
	kernel->segments[0] = (struct kernel_segment){ header->setup_size, size, gpa, needed };
	return check_floor(kernel, err);
}

static void take_limits(const struct setup_header *header, struct kernel *kernel)
{
	kernel->initrd_max = header->initrd_max ? header->initrd_max : INITRD_MAX;
	kernel->cmdline_max = header->cmdline_max ? header->cmdline_max : CMDLINE_MAX;
	if (kernel->cmdline_max > X86_CMDLINE_MAX - 1)
		kernel->cmdline_max = X86_CMDLINE_MAX - 1;
	memcpy(kernel->header, header->bytes, header->size);
	kernel->header_size = header->size;
}

/*
 * Unless told otherwise, a payload in a format that is not known here is left to the guest, and so
 * is one that cannot be where it would unpack to.
 */
static int read_bzimage(const struct boot *boot, const struct setup_header *header,
			struct kernel *kernel, struct kernel_stream *stream, struct error *err)
{
	uint64_t payload = (uint64_t)header->setup_size + header->payload_offset;
	bool moved = setup_header_load_address(header) != header->pref_address, known;
	uint8_t magic[UNPACK_MAGIC];

	if (unpack_magic(&boot->kernel, payload, header->payload_size, magic, err))
		return -1;
	known = unpack_knows(magic, header->payload_size);
	if (boot->mode == BOOT_PACKED || (boot->mode == BOOT_DEFAULT && (!known || moved)))
		return read_packed(&boot->kernel, header, kernel, err);
	if (!known)
		return error_set(err, "compressed neither with gzip, xz, lz4 nor zstd: use "
				      "--boot packed");
	stream->offset = payload;
	stream->size = unpack_stream_size(magic, header->payload_size);
	return 0;
}

int arch_kernel_read(const struct boot *boot, struct kernel *kernel, struct kernel_stream *stream,
		     struct error *err)
{
	const struct file *file = &boot->kernel;
	struct setup_header header;
	int known = setup_header_read(file->head, file->size, &header, err);

	if (known < 0)
		return -1;
	take_limits(&header, kernel);
	return known ? read_bzimage(boot, &header, kernel, stream, err)
		     : arch_kernel_read_unpacked(file, kernel, err);
}

bool arch_kernel_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va,
		     uint64_t *gpa)
{
	return paging_gpa(info, ram, va, gpa);
}
