/* SPDX-License-Identifier: MIT */
/* The translation tables of a guest's kernel, for what reads its memory; kernel.c has it. Pure. */
#ifndef ARCH_ARM64_VMSA_H
#define ARCH_ARM64_VMSA_H

#include "vmm/guest/vmcoreinfo.h"

/*
 * Where in @ram the kernel has @va, by its tables (Arm ARM, D8.3) for pages of 4, 16 or 64 KiB from
 * SYMBOL(swapper_pg_dir), which is itself in the kernel's image: NUMBER(kimage_voffset) above its
 * physical address. Returns false when it is not mapped.
 */
bool vmsa_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va, uint64_t *gpa);

#endif
