/* SPDX-License-Identifier: MIT */
/*
 * The kernel file in guest memory: a bzImage as it is, its payload unpacked, or an ELF vmlinux.
 * boot.c calls it first, and hands what it learns to the guest.
 */
#ifndef ARCH_X86_KERNEL_H
#define ARCH_X86_KERNEL_H

#include "arch/x86/zero_page.h"
#include "vmm/run/vm.h"

struct kernel {
	bool has_header; /* it came in a bzImage */
	struct setup_header header;
	uint64_t entry; /* 64-bit; boot.rst, "64-bit BOOT PROTOCOL" */
	uint64_t end; /* the first address behind what it needs to start */
};

/*
 * Loads @vm's kernel into its RAM, at @floor or above. Returns 0, or -1 naming the file and what is
 * wrong with it.
 */
int kernel_load(struct vm *vm, uint64_t floor, struct kernel *kernel, struct error *err);

#endif
