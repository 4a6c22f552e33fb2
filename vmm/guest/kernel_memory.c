// SPDX-License-Identifier: MIT
#include "vmm/guest/kernel_memory.h"

#include "arch/arch.h"
#include "mem/ram_peek.h"

static const uint8_t *find_page(struct kernel_memory *memory, uint64_t va)
{
	unsigned int slot = va / RAM_PEEK_PAGE % KERNEL_MEMORY_PAGES;
	uint64_t gpa = va - memory->offset;

	if (memory->pages[slot].at && memory->pages[slot].va == va)
		return memory->pages[slot].at;
	if (memory->info && !arch_kernel_gpa(memory->info, memory->ram, va, &gpa))
		return NULL;
	memory->pages[slot].va = va;
	return memory->pages[slot].at = ram_peek_page(memory->ram, gpa);
}

bool kernel_memory_read(struct kernel_memory *memory, uint64_t va, void *to, size_t size)
{
	uint8_t *end = to;

	while (size) {
		size_t offset = va % RAM_PEEK_PAGE, part = RAM_PEEK_PAGE - offset;
		const uint8_t *page = find_page(memory, va - offset);

		if (!page)
			return false;
		if (part > size)
			part = size;
		end = mempcpy(end, page + offset, part);
		va += part;
		size -= part;
	}
	return true;
}
