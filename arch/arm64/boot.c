// SPDX-License-Identifier: MIT
/*
 * What stands in guest memory as the first CPU starts: kernel, initrd and device tree, in this
 * order from the start of RAM. Linux, Documentation/arch/arm64/booting.rst.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "arch/arch.h"
#include "arch/arm64/fdt.h"
#include "arch/arm64/kernel.h"
#include "arch/arm64/platform.h"
#include "vmm/guest/file.h"

#define CMDLINE_MAX 2047 /* COMMAND_LINE_SIZE, arch/arm64/include/uapi/asm/setup.h */

static uint64_t align(uint64_t gpa)
{
	return (gpa + ARM64_LOAD_ALIGN - 1) & ~(ARM64_LOAD_ALIGN - 1);
}

/* @size bytes of RAM behind @end: *@gpa and where they are. NULL when there is no room. */
static void *reserve(struct vm *vm, uint64_t *end, uint64_t size, uint64_t *gpa, struct error *err)
{
	void *at = ram_hva(&vm->ram, align(*end), size);

	if (!at) {
		error_set(
			err,
			"%llu MiB do not fit behind %llu MiB of RAM: give the machine more memory",
			(unsigned long long)(size + (1 << 20) - 1) >> 20,
			(unsigned long long)(*end - ARM64_RAM) >> 20);
		return NULL;
	}
	*gpa = align(*end);
	*end = *gpa + size;
	return at;
}

static int read_initrd(struct vm *vm, const struct file *file, uint64_t *end,
		       struct fdt_chosen *chosen, struct error *err)
{
	void *at = reserve(vm, end, file->size, &chosen->initrd, err);

	if (!at)
		return -1;
	chosen->initrd_size = file->size;
	return file_read(file, 0, at, file->size, err);
}

static int load_initrd(struct vm *vm, uint64_t *end, struct fdt_chosen *chosen, struct error *err)
{
	struct file file;
	int ret;

	if (!vm->boot->initrd)
		return 0;
	if (file_open(&file, vm->boot->initrd, err))
		return error_prefix(err, "initrd ");
	ret = read_initrd(vm, &file, end, chosen, err);
	file_close(&file);
	return ret ? error_prefix(err, "initrd %s: ", vm->boot->initrd) : 0;
}

static int take_cmdline(const struct vm *vm, struct fdt_chosen *chosen, struct error *err)
{
	size_t size = strlen(vm->boot->cmdline);

	if (size > CMDLINE_MAX)
		return error_set(err,
				 "the kernel's command line has %zu characters, but it takes %d: "
				 "shorten it",
				 size, CMDLINE_MAX);
	chosen->cmdline = vm->boot->cmdline;
	return 0;
}

static int get_random(void *to, size_t size, struct error *err)
{
	ssize_t got;

	do
		got = getrandom(to, size, 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)size ? 0 : error_errno(err, "getrandom");
}

static int put_fdt(struct vm *vm, uint64_t *end, const struct fdt_chosen *chosen, struct error *err)
{
	struct blob blob = { 0 };
	void *at;

	if (fdt_build(vm->machine, chosen, &blob, err))
		return -1;
	at = reserve(vm, end, blob.size, &vm->arch.fdt, err);
	if (at)
		memcpy(at, blob.data, blob.size);
	blob_free(&blob);
	return at ? 0 : error_prefix(err, "the device tree: ");
}

int arch_load(struct vm *vm, struct error *err)
{
	struct fdt_chosen chosen = { 0 };
	struct kernel kernel;

	if (take_cmdline(vm, &chosen, err) || kernel_load(vm, &kernel, err) ||
	    load_initrd(vm, &kernel.end, &chosen, err) ||
	    get_random(&chosen.kaslr_seed, sizeof(chosen.kaslr_seed), err) ||
	    get_random(chosen.rng_seed, sizeof(chosen.rng_seed), err))
		return -1;
	vm->arch.entry = kernel.entry;
	return put_fdt(vm, &kernel.end, &chosen, err);
}
