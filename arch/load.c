// SPDX-License-Identifier: MIT
#include "arch/load.h"

#include <string.h>

#include "arch/arch.h"
#include "vmm/run/vm.h"

/* Where there is no firmware, all RAM is the kernel's. */
static void make_map(struct load *load)
{
	const struct layout *layout = &load->machine->layout;

	load->map = load->machine->map.nr ? &load->machine->map : &load->all_ram;
	for (unsigned int i = 0; load->map == &load->all_ram && i < layout->nr_ranges; i++)
		memory_map_add(&load->all_ram, layout->ranges[i].gpa,
			       layout->ranges[i].gpa + layout->ranges[i].size, MEMORY_RAM);
}

int load_unpack(struct unpacked *unpacked, const struct file *from,
		const struct kernel_stream *stream, struct kernel *kernel, struct error *err)
{
	if (unpack_open(unpacked, from, stream->offset, stream->size, err))
		return -1;
	if (!arch_kernel_read_unpacked(&unpacked->file, kernel, err))
		return 0;
	if (!unpacked->kept)
		return -1;
	unpack_forget(unpacked);
	return load_unpack(unpacked, from, stream, kernel, err);
}

static int read_stream(struct load *load, const struct kernel_stream *stream, struct error *err)
{
	load->kernel_file = &load->unpacked.file;
	return load_unpack(&load->unpacked, &load->boot->kernel, stream, &load->kernel, err);
}

static int check_segment(struct load *load, const struct kernel_segment *s, struct error *err)
{
	uint64_t end = memory_map_ram_end(load->map, s->gpa);

	if (!end || s->size > end - s->gpa)
		return error_set(err,
				 "needs RAM from 0x%llx to 0x%llx, and more for its initrd and to "
				 "run: give the first nodes more memory",
				 (unsigned long long)s->gpa,
				 (unsigned long long)(s->gpa + s->size));
	if (s->gpa + s->size > load->kernel.end)
		load->kernel.end = s->gpa + s->size;
	return 0;
}

static int plan_kernel(struct load *load, struct error *err)
{
	struct kernel_stream stream = { 0 };

	if (arch_kernel_read(load->boot, &load->kernel, &stream, err) ||
	    (stream.size && read_stream(load, &stream, err)))
		return -1;
	for (unsigned int i = 0; i < load->kernel.nr; i++)
		if (check_segment(load, &load->kernel.segments[i], err))
			return -1;
	return 0;
}

/*
 * The initrd goes only when it has been unpacked, to a tmpfs that takes half of the RAM that is
 * left beside it at the start (shmem_default_max_blocks()). struct page and hash tables take a
 * 32nd, and Debian's 6.1 and 6.12 24 MiB more before init runs. With both, a file of 64 MiB needs
 * 246 MiB, and one of 192 MiB 636.
 */
#define TO_RUN (32ULL << 20)

static int check_room(const struct load *load, struct error *err)
{
	const struct boot *boot = load->boot;
	uint64_t user = boot->nr_initrds > 2 ? boot->initrds[0].size : 0;
	uint64_t unpacked = boot->unpacked + user, ram = 0, needed;

	if (!boot->unpacked)
		return 0;
	for (unsigned int i = 0; i < load->map->nr; i++)
		ram += load->map->entries[i].type == MEMORY_RAM ? load->map->entries[i].size : 0;
	needed = load->kernel.end - load->kernel.segments[0].gpa + boot_initrd_size(boot) +
		 unpacked + (unpacked > TO_RUN ? unpacked : TO_RUN) + ram / 32;
	if (ram >= needed)
		return 0;
	return error_set(
		err,
		"the command's files take %llu MiB of RAM, and as much again while they are "
		"unpacked: with the kernel %llu MiB are needed, but the guest has %llu MiB: "
		"give its nodes more memory",
		(unsigned long long)unpacked >> 20, (unsigned long long)needed >> 20,
		(unsigned long long)ram >> 20);
}

static int check_cmdline(const struct load *load, struct error *err)
{
	size_t size = strlen(load->boot->cmdline), max = load->kernel.cmdline_max;

	if (size > max)
		return error_set(err,
				 "the kernel's command line has %zu characters, but it takes %zu: "
				 "shorten it",
				 size, max);
	return 0;
}

int load_plan(struct load *load, const struct machine *m, const struct boot *boot,
	      struct error *err)
{
	*load = (struct load){ .machine = m, .boot = boot, .kernel_file = &boot->kernel };
	make_map(load);
	if (plan_kernel(load, err))
		return error_prefix(err, "kernel %s: ", boot->kernel.name);
	if (boot->nr_initrds && arch_initrd_place(load, &load->initrd, err))
		return error_prefix(err, "initrd %s: ", boot->initrds[0].name);
	if (check_room(load, err) || check_cmdline(load, err))
		return -1;
	return arch_boot_data(load, &load->data, err);
}

/* load_plan() has seen that it is. */
static int refuse_gpa(uint64_t gpa, struct error *err)
{
	return error_set(err, "0x%llx is not RAM", (unsigned long long)gpa);
}

static int put_file(struct vm *vm, const struct file *file, const struct kernel_segment *s,
		    struct error *err)
{
	void *at = ram_hva(&vm->ram, s->gpa, s->size);

	return at ? file_read(file, s->offset, at, s->file_size, err) : refuse_gpa(s->gpa, err);
}

static int put_initrd(const struct load *load, struct vm *vm, unsigned int i, struct error *err)
{
	const struct file *file = &load->boot->initrds[i];
	const struct kernel_segment s = { 0, file->size,
					  load->initrd + boot_initrd_offset(load->boot, i),
					  file->size };

	return put_file(vm, file, &s, err);
}

static int write_files(const struct load *load, struct vm *vm, struct error *err)
{
	const struct boot *boot = load->boot;

	for (unsigned int i = 0; i < load->kernel.nr; i++)
		if (put_file(vm, load->kernel_file, &load->kernel.segments[i], err))
			return error_prefix(err, "kernel %s: ", boot->kernel.name);
	for (unsigned int i = 0; i < boot->nr_initrds; i++)
		if (put_initrd(load, vm, i, err))
			return error_prefix(err, "initrd %s: ", boot->initrds[i].name);
	return 0;
}

int load_write(const struct load *load, struct vm *vm, struct error *err)
{
	const struct boot_data *data = &load->data;

	if (write_files(load, vm, err))
		return -1;
	for (unsigned int i = 0; i < data->nr; i++)
		if (ram_write(&vm->ram, data->pieces[i].gpa,
			      data->bytes.data + data->pieces[i].offset, data->pieces[i].size))
			return refuse_gpa(data->pieces[i].gpa, err);
	unpack_keep(&load->unpacked);
	vm->arch.entry = load->kernel.entry;
	vm->arch.params = data->params;
	return 0;
}

void load_end(struct load *load)
{
	unpack_close(&load->unpacked);
	blob_free(&load->data.bytes);
	memory_map_free(&load->all_ram);
}
