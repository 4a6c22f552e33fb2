// SPDX-License-Identifier: MIT
/*
 * Streams, unpacked in memory: any bytes, and the same bytes packed in each format, which must come
 * back whole.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/fuzz/support.h"
#include "vmm/guest/unpack.h"

#define LARGEST_FILE (8 << 20)
#define PACKED_MAX (1 << 16)

static int (*const filters[])(struct archive *) = {
	archive_write_add_filter_gzip,
	archive_write_add_filter_xz,
	archive_write_add_filter_lz4,
	archive_write_add_filter_zstd,
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_confine(LARGEST_FILE);
	return 0;
}

/* Of a file, as a kernel is. Returns a descriptor, or -1. */
static int unpack(const uint8_t *data, size_t size)
{
	int memory = memfd_create("fuzz", MFD_CLOEXEC), fd = -1;
	struct unpacked unpacked = { 0 };
	uint8_t magic[UNPACK_MAGIC];
	struct error err = { 0 };
	struct file file;

	must(memory >= 0 && write(memory, data, size) == (ssize_t)size);
	if (!size) {
		close(memory);
		return -1;
	}
	must(!file_from_fd(&file, memory, "fuzz", &err) &&
	     !unpack_magic(&file, 0, size, magic, &err));
	if (unpack_knows(magic, size)) {
		if (unpack_open(&unpacked, &file, 0, size, &err))
			fuzz_check_error(&err);
		else
			fd = dup(unpacked.file.fd);
		unpack_close(&unpacked);
	}
	file_close(&file);
	return fd;
}

static size_t pack(const uint8_t *data, size_t size, unsigned int filter, uint8_t *packed)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;

	must(filters[filter](archive) == ARCHIVE_OK && !archive_write_set_format_raw(archive) &&
	     !archive_write_set_bytes_in_last_block(archive, 1) &&
	     !archive_write_open_memory(archive, packed, PACKED_MAX, &used));
	archive_entry_set_filetype(entry, AE_IFREG);
	must(!archive_write_header(archive, entry) &&
	     archive_write_data(archive, data, size) == (ssize_t)size &&
	     !archive_write_close(archive));
	archive_entry_free(entry);
	archive_write_free(archive);
	return used;
}

static void check_round(const uint8_t *data, size_t size, unsigned int filter)
{
	static uint8_t packed[PACKED_MAX], back[PACKED_MAX];
	int fd = unpack(packed, pack(data, size, filter, packed));

	must(fd >= 0 && pread(fd, back, sizeof(back), 0) == (ssize_t)size &&
	     !memcmp(back, data, size));
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = unpack(data, size);

	if (fd >= 0)
		close(fd);
	if (size > 1)
		check_round(data, size - 1, data[size - 1] % 4);
	return 0;
}
