/* SPDX-License-Identifier: MIT */
/* An ELF vmlinux's loadable segments. Pure; kernel.c copies what is found here. elf(5). */
#ifndef ARCH_X86_ELF_H
#define ARCH_X86_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "mem/error.h"

#define ELF_MAX_SEGMENTS 32

struct elf_segment {
	uint64_t offset; /* in the file */
	uint64_t file_size;
	uint64_t gpa; /* p_paddr */
	uint64_t size; /* in memory; what the file lacks is zero */
};

struct elf_image {
	uint64_t entry; /* guest-physical */
	unsigned int nr;
	struct elf_segment segments[ELF_MAX_SEGMENTS];
};

/* Begins as an ELF file does. */
bool elf_knows(const uint8_t *file, uint64_t size);

/*
 * Reads the headers of the x86-64 executable at @file, @size bytes in all. Every segment lies
 * within the file and its addresses do not overflow. Returns 0, or -1 with what is wrong.
 */
int elf_parse(const uint8_t *file, uint64_t size, struct elf_image *image, struct error *err);

#endif
