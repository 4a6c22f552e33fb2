// SPDX-License-Identifier: MIT
#include "vmm/guest/boot.h"

#include <assert.h>

static int open_one(struct file *file, const char *path, const char *what, const char *option,
		    struct error *err)
{
	struct error why;

	if (!file_open(file, path, &why))
		return 0;
	*err = why;
	if (why.contention)
		return error_prefix(err, "%s ", what);
	return error_set(err, "%s %s: give another with %s", what, why.text, option);
}

int boot_open(struct boot *boot, const char *kernel, const char *initrd, struct error *err)
{
	struct file file;

	boot->nr_initrds = 0;
	if (open_one(&boot->kernel, kernel, "kernel", "-k", err))
		return -1;
	if (!initrd)
		return 0;
	if (open_one(&file, initrd, "initrd", "-i", err)) {
		file_close(&boot->kernel);
		return -1;
	}
	boot_add(boot, &file);
	return 0;
}

void boot_add(struct boot *boot, const struct file *file)
{
	assert(boot->nr_initrds < BOOT_MAX_INITRDS);
	boot->initrds[boot->nr_initrds++] = *file;
}

uint64_t boot_initrd_offset(const struct boot *boot, unsigned int i)
{
	uint64_t offset = 0;

	for (unsigned int before = 0; before < i; before++)
		offset += (boot->initrds[before].size + 3) & ~3ULL;
	return offset;
}

uint64_t boot_initrd_size(const struct boot *boot)
{
	unsigned int last = boot->nr_initrds - 1;

	return boot->nr_initrds ? boot_initrd_offset(boot, last) + boot->initrds[last].size : 0;
}

void boot_close(struct boot *boot)
{
	file_close(&boot->kernel);
	for (unsigned int i = 0; i < boot->nr_initrds; i++)
		file_close(&boot->initrds[i]);
}
