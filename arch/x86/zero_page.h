/* SPDX-License-Identifier: MIT */
/*
 * The setup header of a bzImage, which kernel.c reads, and the zero page (struct boot_params) with
 * that header in it, which boot.c hands to the kernel. Pure.
 * Sources: Linux, Documentation/arch/x86/zero-page.rst and boot.rst.
 */
#ifndef ARCH_X86_ZERO_PAGE_H
#define ARCH_X86_ZERO_PAGE_H

#include "arch/kernel_file.h"
#include "mem/memory_map.h"

#define ZERO_PAGE_SIZE 4096
#define ZERO_PAGE_MAX_E820 128

#define SETUP_HEADER_OFFSET 0x1f1 /* in a bzImage and in the zero page alike */
#define SETUP_HEADER_MAX KERNEL_MAX_HEADER /* up to 0x280, where the EDD data begins */

/* The fields of the setup header that matter here; boot.rst says what each is for. */
struct setup_header {
	uint8_t bytes[SETUP_HEADER_MAX]; /* as they are in the file, for the zero page */
	unsigned int size;
	uint16_t protocol; /* 0x020f: 2.15 */
	uint32_t setup_size; /* of the real-mode part in front of the kernel, in bytes */
	uint32_t syssize; /* of the rest, in bytes */
	bool relocatable; /* upwards from pref_address, to a multiple of alignment */
	uint32_t alignment;
	uint32_t initrd_max; /* the highest address that it may use */
	uint32_t cmdline_max; /* without the final zero */
	uint32_t payload_offset; /* from the protected-mode part on */
	uint32_t payload_size;
	uint64_t pref_address;
	uint32_t init_size; /* of memory from the load address on */
	bool loads_64bit; /* XLF_KERNEL_64 */
};

/* What the kernel is told besides. All addresses are guest-physical. */
struct zero_page_info {
	const uint8_t *header; /* setup_header.bytes */
	unsigned int header_size; /* 0: an ELF kernel has none */
	const struct memory_map *e820;
	uint64_t rsdp;
	uint32_t cmdline;
	uint64_t initrd, initrd_size;
};

/*
 * Reads the setup header of the bzImage of @size bytes in all that begins with @head. Returns 1, 0
 * when it is no bzImage at all, or -1 when it is one that cannot be booted, with the reason.
 */
int setup_header_read(const uint8_t *head, uint64_t size, struct setup_header *header,
		      struct error *err);

/* Where the bzImage is to be loaded: above the first MiB if it lets itself be moved there. */
uint64_t setup_header_load_address(const struct setup_header *header);

/*
 * Builds the page of a 64-bit boot. Returns 0, or -1 when the map has more entries than it takes.
 */
int zero_page_build(const struct zero_page_info *info, uint8_t page[ZERO_PAGE_SIZE],
		    struct error *err);

#endif
