/* SPDX-License-Identifier: MIT */
/*
 * Kernel files, of every architecture: what one is, and what an architecture's parsers find in it.
 * They look at a file's first bytes (struct file); load.c copies what they found to RAM. Pure.
 */
#ifndef ARCH_KERNEL_FILE_H
#define ARCH_KERNEL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "mem/error.h"

enum kernel_format {
	KERNEL_VMLINUX_X86,
	KERNEL_VMLINUX_ARM64,
	KERNEL_ELF, /* for another machine, or of 32 bits */
	KERNEL_BZIMAGE,
	KERNEL_IMAGE,
	KERNEL_ZBOOT,
	KERNEL_COMPRESSED, /* as a whole */
	KERNEL_UNKNOWN,
};

/* What the file of @size bytes in all that begins with @head is. */
enum kernel_format kernel_file_format(const uint8_t *head, uint64_t size);

/* Says what the file is, and that @wanted ("an arm64 Image") is to be given instead. Returns -1. */
int kernel_file_refuse(const uint8_t *head, uint64_t size, const char *wanted, struct error *err);

/* The little-endian number of @bytes (1..8) bytes at @at. */
uint64_t kernel_file_field(const uint8_t *at, unsigned int bytes);

#define KERNEL_MAX_SEGMENTS 32
#define KERNEL_MAX_HEADER 0x8f

struct kernel_segment {
	uint64_t offset; /* in the file */
	uint64_t file_size;
	uint64_t gpa;
	uint64_t size; /* in memory; what the file lacks is zero */
};

/* A kernel and what it says of the boot. All addresses are guest-physical. */
struct kernel {
	uint64_t entry;
	uint64_t end; /* the first address after its segments */
	unsigned int nr;
	struct kernel_segment segments[KERNEL_MAX_SEGMENTS];
	uint64_t initrd_max; /* the highest address that an initrd may use */
	size_t cmdline_max; /* without the final zero */
	uint8_t header[KERNEL_MAX_HEADER]; /* the setup header of a bzImage, which gets it back */
	unsigned int header_size; /* 0: it has none */
};

/* Compressed bytes within a file. */
struct kernel_stream {
	uint64_t offset;
	uint64_t size; /* 0: none */
};

#endif
