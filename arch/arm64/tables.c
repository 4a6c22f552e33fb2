// SPDX-License-Identifier: MIT
/* The tables verb: the device tree that the guest would read, as a file for dtc. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "arch/arch.h"
#include "arch/arm64/fdt.h"
#include "mem/xalloc.h"

static int write_file(const char *path, const struct blob *blob, struct error *err)
{
	FILE *file = fopen(path, "we");
	int failed;

	if (!file)
		return error_errno(err, "%s", path);
	failed = fwrite(blob->data, 1, blob->size, file) != blob->size;
	if (fclose(file) || failed)
		return error_errno(err, "%s", path);
	return 0;
}

int arch_tables_write(const struct machine *m, const char *folder, struct error *err)
{
	struct blob blob = { 0 };
	char *path;
	int ret;

	if (fdt_build(m, NULL, &blob, err))
		return -1;
	if (mkdir(folder, 0777) && errno != EEXIST) {
		blob_free(&blob);
		return error_errno(err, "-o %s", folder);
	}
	path = xasprintf("%s/numavm.dtb", folder);
	ret = write_file(path, &blob, err);
	free(path);
	blob_free(&blob);
	return ret;
}
