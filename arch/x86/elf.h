/* SPDX-License-Identifier: MIT */
/* An ELF vmlinux's loadable segments, for kernel.c. Pure. Source: elf(5). */
#ifndef ARCH_X86_ELF_H
#define ARCH_X86_ELF_H

#include "arch/kernel_file.h"

/* Where in the file its program headers are. */
struct elf_table {
	uint64_t offset;
	unsigned int nr;
	size_t size; /* in bytes */
};

/*
 * Reads the entry of the x86-64 executable of @size bytes in all that begins with @head into
 * @kernel. @table lies within the file. Returns 0, or -1 with what is wrong.
 */
int elf_parse(const uint8_t *head, uint64_t size, struct kernel *kernel, struct elf_table *table,
	      struct error *err);

/*
 * Reads the segments that the program headers at @table, @nr of them, say of a file of @size bytes.
 * Each lies within the file, its addresses do not overflow, and no two overlap. Returns 0, or -1.
 */
int elf_parse_segments(const uint8_t *table, unsigned int nr, uint64_t size, struct kernel *kernel,
		       struct error *err);

#endif
