/* SPDX-License-Identifier: MIT */
/* An ELF vmlinux's loadable segments, for kernel.c. Pure. Source: elf(5). */
#ifndef ARCH_X86_ELF_H
#define ARCH_X86_ELF_H

#include "arch/kernel_file.h"

/*
 * Reads entry and segments of the x86-64 executable at @file, @size bytes in all, into @kernel.
 * Every segment lies within the file and its addresses do not overflow. Returns 0, or -1 with what
 * is wrong.
 */
int elf_parse(const uint8_t *file, uint64_t size, struct kernel *kernel, struct error *err);

#endif
