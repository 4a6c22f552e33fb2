// SPDX-License-Identifier: MIT
#include "vmm/guest/boot.h"

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
	boot->initrd = (struct file){ .fd = -1 };
	if (open_one(&boot->kernel, kernel, "kernel", "-k", err))
		return -1;
	if (!initrd || !open_one(&boot->initrd, initrd, "initrd", "-i", err))
		return 0;
	file_close(&boot->kernel);
	return -1;
}

void boot_close(struct boot *boot)
{
	file_close(&boot->kernel);
	file_close(&boot->initrd);
}
