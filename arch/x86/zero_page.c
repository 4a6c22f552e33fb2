// SPDX-License-Identifier: MIT
#include "arch/x86/zero_page.h"

#include <string.h>

#include "arch/x86/platform.h"

/* Offsets in the file and in the zero page alike; boot.rst, "The Real-Mode Kernel Header". */
#define HDR_SETUP_SECTS 0x1f1
#define HDR_SYSSIZE 0x1f4
#define HDR_BOOT_FLAG 0x1fe
#define HDR_JUMP 0x200
#define HDR_MAGIC 0x202
#define HDR_VERSION 0x206
#define HDR_TYPE_OF_LOADER 0x210
#define HDR_RAMDISK_IMAGE 0x218
#define HDR_RAMDISK_SIZE 0x21c
#define HDR_CMD_LINE_PTR 0x228
#define HDR_INITRD_ADDR_MAX 0x22c
#define HDR_KERNEL_ALIGNMENT 0x230
#define HDR_RELOCATABLE 0x234
#define HDR_XLOADFLAGS 0x236
#define HDR_CMDLINE_SIZE 0x238
#define HDR_PAYLOAD_OFFSET 0x248
#define HDR_PAYLOAD_LENGTH 0x24c
#define HDR_PREF_ADDRESS 0x258
#define HDR_INIT_SIZE 0x260

#define XLF_KERNEL_64 1
#define LOADER_UNDEFINED 0xff
#define PROTOCOL_2_12 0x020c /* Linux 3.8: xloadflags */

/* zero-page.rst. */
#define ZP_ACPI_RSDP_ADDR 0x070
#define ZP_EXT_RAMDISK_IMAGE 0x0c0
#define ZP_EXT_RAMDISK_SIZE 0x0c4
#define ZP_E820_ENTRIES 0x1e8
#define ZP_E820_TABLE 0x2d0
#define E820_ENTRY_SIZE 20

static void put(uint8_t *at, uint64_t value, unsigned int bytes)
{
	memcpy(at, &value, bytes);
}

static void parse_header(const uint8_t *head, struct setup_header *header)
{
	unsigned int sectors = head[HDR_SETUP_SECTS] ? head[HDR_SETUP_SECTS] : 4;
	unsigned int end = 0x202 + head[HDR_JUMP + 1];

	if (end > SETUP_HEADER_OFFSET + SETUP_HEADER_MAX)
		end = SETUP_HEADER_OFFSET + SETUP_HEADER_MAX;
	header->size = end - SETUP_HEADER_OFFSET;
	memcpy(header->bytes, head + SETUP_HEADER_OFFSET, header->size);
	header->setup_size = (sectors + 1) * 512;
	header->syssize = kernel_file_field(head + HDR_SYSSIZE, 4);
	header->initrd_max = kernel_file_field(head + HDR_INITRD_ADDR_MAX, 4);
	header->relocatable = head[HDR_RELOCATABLE];
	header->alignment = kernel_file_field(head + HDR_KERNEL_ALIGNMENT, 4);
	header->cmdline_max = kernel_file_field(head + HDR_CMDLINE_SIZE, 4);
	header->payload_offset = kernel_file_field(head + HDR_PAYLOAD_OFFSET, 4);
	header->payload_size = kernel_file_field(head + HDR_PAYLOAD_LENGTH, 4);
	header->pref_address = kernel_file_field(head + HDR_PREF_ADDRESS, 8);
	header->init_size = kernel_file_field(head + HDR_INIT_SIZE, 4);
	header->loads_64bit = head[HDR_XLOADFLAGS] & XLF_KERNEL_64;
}

static int check_header(const struct setup_header *header, uint64_t size, struct error *err)
{
	uint64_t rest = size > header->setup_size ? size - header->setup_size : 0;

	if (!header->loads_64bit)
		return error_set(err, "a 32-bit kernel: give a 64-bit one");
	if (!rest || header->syssize > (rest + 15) / 16)
		return error_set(err, "truncated: %llu bytes, but its header declares %llu",
				 (unsigned long long)size,
				 header->setup_size + header->syssize * 16ULL);
	if (header->payload_offset > rest || header->payload_size > rest - header->payload_offset)
		return error_set(err, "damaged: its payload lies outside of the file");
	return 0;
}

int setup_header_read(const uint8_t *head, uint64_t size, struct setup_header *header,
		      struct error *err)
{
	*header = (struct setup_header){ 0 };
	if (size < 1024 || kernel_file_format(head, size) != KERNEL_BZIMAGE)
		return 0;
	header->protocol = kernel_file_field(head + HDR_VERSION, 2);
	if (header->protocol < PROTOCOL_2_12)
		return error_set(err,
				 "boot protocol %u.%02u is too old: 2.12 (Linux 3.8) is needed",
				 header->protocol >> 8, header->protocol & 0xff);
	parse_header(head, header);
	return check_header(header, size, err) ? -1 : 1;
}

/* boot.rst, init_size: it runs at the next multiple of its alignment, or at pref_address. */
uint64_t setup_header_load_address(const struct setup_header *header)
{
	uint64_t alignment = header->alignment;

	if (!header->relocatable || !alignment || header->pref_address >= X86_HIGH_RAM)
		return header->pref_address;
	return (X86_HIGH_RAM + alignment - 1) / alignment * alignment;
}

static int put_e820(uint8_t *page, const struct memory_map *map, struct error *err)
{
	if (map->nr > ZERO_PAGE_MAX_E820)
		return error_set(err, "e820 has %u entries, more than the %d of the zero page",
				 map->nr, ZERO_PAGE_MAX_E820);
	page[ZP_E820_ENTRIES] = map->nr;
	for (unsigned int i = 0; i < map->nr; i++) {
		uint8_t *entry = page + ZP_E820_TABLE + i * E820_ENTRY_SIZE;

		put(entry, map->entries[i].start, 8);
		put(entry + 8, map->entries[i].size, 8);
		put(entry + 16, map->entries[i].type, 4);
	}
	return 0;
}

int zero_page_build(const struct zero_page_info *info, uint8_t page[ZERO_PAGE_SIZE],
		    struct error *err)
{
	memset(page, 0, ZERO_PAGE_SIZE);
	/* What a boot loader must say when the kernel, an ELF one, has no header. */
	put(page + HDR_BOOT_FLAG, 0xaa55, 2);
	memcpy(page + HDR_MAGIC, "HdrS", 4);
	put(page + HDR_VERSION, PROTOCOL_2_12, 2);
	if (info->header_size)
		memcpy(page + SETUP_HEADER_OFFSET, info->header, info->header_size);
	page[HDR_TYPE_OF_LOADER] = LOADER_UNDEFINED;
	put(page + HDR_CMD_LINE_PTR, info->cmdline, 4);
	put(page + HDR_RAMDISK_IMAGE, info->initrd, 4);
	put(page + HDR_RAMDISK_SIZE, info->initrd_size, 4);
	put(page + ZP_EXT_RAMDISK_IMAGE, info->initrd >> 32, 4);
	put(page + ZP_EXT_RAMDISK_SIZE, info->initrd_size >> 32, 4);
	put(page + ZP_ACPI_RSDP_ADDR, info->rsdp, 8);
	return put_e820(page, info->e820, err);
}
