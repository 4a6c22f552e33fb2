/* SPDX-License-Identifier: MIT */
/* The page tables of a guest's kernel, for what reads its memory; kernel.c has it. Pure. */
#ifndef ARCH_X86_PAGING_H
#define ARCH_X86_PAGING_H

#include "vmm/guest/vmcoreinfo.h"

/*
 * Where in @ram the kernel has @va, by the 4 or 5 levels of tables (Intel SDM, volume 3, 4.5) from
 * SYMBOL(swapper_pg_dir), which is itself in the kernel's image: at NUMBER(phys_base) from where
 * this would be by its link (Documentation/arch/x86/x86_64/mm.rst). Returns false when it is not
 * mapped.
 */
bool paging_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va, uint64_t *gpa);

#endif
