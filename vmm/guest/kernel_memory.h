/* SPDX-License-Identifier: MIT */
/*
 * The guest's memory by its kernel's own virtual addresses, through its page tables or without any,
 * for printk.c and printk_find.c, which own one while they read.
 */
#ifndef VMM_GUEST_KERNEL_MEMORY_H
#define VMM_GUEST_KERNEL_MEMORY_H

#include "vmm/guest/vmcoreinfo.h"

#define KERNEL_MEMORY_PAGES 64

struct kernel_memory {
	const struct vmcoreinfo *info; /* NULL: addresses are @offset above guest-physical ones */
	uint64_t offset;
	const struct ram *ram;
	struct {
		uint64_t va;
		const uint8_t *at; /* NULL: none */
	} pages[KERNEL_MEMORY_PAGES]; /* that were found last */
};

/* Copies the @size bytes at @va. Returns false when not all of them are mapped, and in RAM. */
bool kernel_memory_read(struct kernel_memory *memory, uint64_t va, void *to, size_t size);

#endif
