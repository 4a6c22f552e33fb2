/* SPDX-License-Identifier: MIT */
/*
 * The kernel file in guest memory: an Image, plain, compressed as a whole or within a vmlinuz.efi.
 * boot.c calls it first, and hands what it learns to the guest.
 */
#ifndef ARCH_ARM64_KERNEL_H
#define ARCH_ARM64_KERNEL_H

#include "vmm/run/vm.h"

struct kernel {
	uint64_t entry; /* its first byte; booting.rst, "Call the kernel image" */
	uint64_t end; /* the first address behind what it needs to start */
};

/* Loads @vm's kernel into its RAM. Returns 0, or -1 naming the file and what is wrong with it. */
int kernel_load(struct vm *vm, struct kernel *kernel, struct error *err);

#endif
