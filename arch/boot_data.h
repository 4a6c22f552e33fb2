/* SPDX-License-Identifier: MIT */
/*
 * What is in RAM beside kernel and initrd when the first CPU starts: tables, command line. An
 * architecture's arch_boot_data() adds the pieces, and load.c, which owns them, writes each to its
 * place. Pure.
 */
#ifndef ARCH_BOOT_DATA_H
#define ARCH_BOOT_DATA_H

#include <assert.h>

#include "arch/blob.h"

#define BOOT_DATA_MAX_PIECES 8

struct boot_data {
	struct blob bytes;
	struct {
		uint64_t gpa;
		size_t offset, size; /* in bytes */
	} pieces[BOOT_DATA_MAX_PIECES];
	unsigned int nr;
	uint64_t params; /* the address that the kernel is handed: zero page, device tree */
};

/* Adds a copy of @size bytes at @from, for guest-physical @gpa. */
static inline void boot_data_add(struct boot_data *data, uint64_t gpa, const void *from,
				 size_t size)
{
	size_t offset = blob_add(&data->bytes, from, size);

	assert(data->nr < BOOT_DATA_MAX_PIECES);
	data->pieces[data->nr].gpa = gpa;
	data->pieces[data->nr].offset = offset;
	data->pieces[data->nr++].size = size;
}

#endif
