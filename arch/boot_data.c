// SPDX-License-Identifier: MIT
#include "arch/boot_data.h"

#include <assert.h>

void boot_data_add(struct boot_data *data, uint64_t gpa, const void *from, size_t size)
{
	size_t offset = blob_add(&data->bytes, from, size);

	assert(data->nr < BOOT_DATA_MAX_PIECES);
	data->pieces[data->nr].gpa = gpa;
	data->pieces[data->nr].offset = offset;
	data->pieces[data->nr++].size = size;
}

void boot_data_free(struct boot_data *data)
{
	blob_free(&data->bytes);
	*data = (struct boot_data){ 0 };
}
