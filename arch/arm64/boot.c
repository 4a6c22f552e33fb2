// SPDX-License-Identifier: MIT
/*
 * What follows the kernel in RAM for load.c: the initrd, then the device tree. Linux,
 * Documentation/arch/arm64/booting.rst.
 */
#include <errno.h>
#include <sys/random.h>

#include "arch/arch.h"
#include "arch/arm64/fdt.h"
#include "arch/arm64/platform.h"

/* The first address for @size bytes after @end. Returns 0, or -1 when there is no room. */
static int place_after(const struct load *load, uint64_t end, uint64_t size, uint64_t *gpa,
		       struct error *err)
{
	uint64_t ram_end;

	*gpa = (end + ARM64_LOAD_ALIGN - 1) & ~(ARM64_LOAD_ALIGN - 1);
	ram_end = memory_map_ram_end(load->map, *gpa);
	if (ram_end && size <= ram_end - *gpa)
		return 0;
	return error_set(err,
			 "%llu MiB do not fit after %llu MiB of RAM: give the machine more memory",
			 (unsigned long long)(size + (1 << 20) - 1) >> 20,
			 (unsigned long long)(end - ARM64_RAM) >> 20);
}

int arch_initrd_place(const struct load *load, uint64_t *gpa, struct error *err)
{
	return place_after(load, load->kernel.end, boot_initrd_size(load->boot), gpa, err);
}

static int get_random(void *to, size_t size, struct error *err)
{
	ssize_t got;

	do
		got = getrandom(to, size, 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)size ? 0 : error_errno(err, "getrandom");
}

int arch_boot_data(const struct load *load, struct boot_data *data, struct error *err)
{
	uint64_t initrd_size = boot_initrd_size(load->boot);
	uint64_t end = initrd_size ? load->initrd + initrd_size : load->kernel.end;
	struct fdt_chosen chosen = { load->boot->cmdline, load->initrd, initrd_size, 0, { 0 } };
	struct blob blob = { 0 };
	int ret;

	if (get_random(&chosen.kaslr_seed, sizeof(chosen.kaslr_seed), err) ||
	    get_random(chosen.rng_seed, sizeof(chosen.rng_seed), err) ||
	    fdt_build(load->machine, &chosen, &blob, err))
		return -1;
	ret = place_after(load, end, blob.size, &data->params, err);
	if (!ret)
		boot_data_add(data, data->params, blob.data, blob.size);
	blob_free(&blob);
	return ret ? error_prefix(err, "the device tree: ") : 0;
}
