/* SPDX-License-Identifier: MIT */
/*
 * What is in RAM as the first CPU starts: kernel, initrd, and what they are handed. run plans it
 * before anything is taken, so that whatever is wrong with a file, the command line or the room for
 * them is said then, and has it written once RAM is there. It owns the plan; the boot, whose files
 * stay open until load_end(), is its caller's.
 */
#ifndef ARCH_LOAD_H
#define ARCH_LOAD_H

#include <assert.h>

#include "arch/blob.h"
#include "arch/kernel_file.h"
#include "mem/machine.h"
#include "mem/memory_map.h"
#include "vmm/guest/boot.h"
#include "vmm/guest/unpack.h"

struct vm;

/* Tables, command line: an architecture's arch_boot_data() adds them, each for its own place. */
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

struct load {
	const struct machine *machine;
	const struct boot *boot;
	const struct memory_map *map; /* RAM, and what of it the firmware keeps */
	struct memory_map all_ram; /* the same, where there is no firmware */
	const struct file *kernel_file; /* that the kernel's segments are read from */
	struct unpacked unpacked;
	struct kernel kernel;
	uint64_t initrd; /* guest-physical; its size is boot_initrd_size() */
	struct boot_data data;
};

/*
 * Unpacks the kernel that is @stream of @from, and reads what @kernel, zeroed, says of it. A kept
 * copy that is damaged is made anew. Returns 0, or -1; unpack_close() in both cases.
 */
int load_unpack(struct unpacked *unpacked, const struct file *from,
		const struct kernel_stream *stream, struct kernel *kernel, struct error *err);

/*
 * Decides what goes where in the RAM of @m; unpacks the kernel where that is to be done here.
 * Returns 0, or -1 naming the file and the cure. load_end() gives back what it holds.
 */
int load_plan(struct load *load, const struct machine *m, const struct boot *boot,
	      struct error *err);

/*
 * Writes all of it to @vm's RAM, notes where the first CPU starts and keeps a kernel that was
 * unpacked anew. Returns 0, or -1.
 */
int load_write(const struct load *load, struct vm *vm, struct error *err);

void load_end(struct load *load);

#endif
