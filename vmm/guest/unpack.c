// SPDX-License-Identifier: MIT
#include "vmm/guest/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "mem/xalloc.h"

#define MAX_UNPACKED (1LL << 30) /* no kernel is as large: an archive that never ends is */

static const struct {
	uint8_t magic[6];
	size_t size;
} formats[] = {
	{ { 0x1f, 0x8b }, 2 }, /* gzip */
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6 }, /* xz */
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4 }, /* zstd */
	{ { 0x04, 0x22, 0x4d, 0x18 }, 4 }, /* lz4 */
	{ { 0x02, 0x21, 0x4c, 0x18 }, 4 }, /* lz4 legacy */
};
#define FORMAT_GZIP 0

static int find_format(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (size > formats[i].size && !memcmp(data, formats[i].magic, formats[i].size))
			return i;
	return -1;
}

bool unpack_knows(const uint8_t *data, size_t size)
{
	return find_format(data, size) >= 0;
}

/* $XDG_CACHE_HOME/numavm or ~/.cache/numavm, made when it is not there; NULL without either. */
static char *cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *parent, *folder;

	if (cache && cache[0] == '/')
		parent = xstrdup(cache);
	else if (home && home[0] == '/')
		parent = xasprintf("%s/.cache", home);
	else
		return NULL;
	folder = xasprintf("%s/numavm", parent);
	mkdir(parent, 0700);
	mkdir(folder, 0700);
	free(parent);
	return folder;
}

/* The name says the content that it was made from. */
static char *cache_path(const char *folder, const uint8_t *data, size_t size)
{
	XXH128_hash_t hash = XXH3_128bits(data, size);

	return xasprintf("%s/%016llx%016llx.kernel", folder, (unsigned long long)hash.high64,
			 (unsigned long long)hash.low64);
}

static int write_all(int fd, const uint8_t *data, size_t size)
{
	while (size) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			data += done;
			size -= done;
		}
	}
	return 0;
}

/* The end of a gzip stream, RFC 1952: libarchive passes over it. */
struct trailer {
	uint32_t crc;
	uint32_t size;
};

static int copy_entry(struct archive *archive, int fd, struct trailer *trailer, struct error *err)
{
	const void *block;
	size_t size;
	int64_t offset;
	int ret;

	while ((ret = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK) {
		if (offset + (int64_t)size > MAX_UNPACKED)
			return error_set(err, "unpacks to more than %lld MiB", MAX_UNPACKED >> 20);
		trailer->crc = crc32(trailer->crc, block, size);
		trailer->size += size;
		if (write_all(fd, block, size))
			return error_errno(err, "writing the unpacked kernel");
	}
	if (ret != ARCHIVE_EOF)
		return error_set(err, "cannot be unpacked: %s", archive_error_string(archive));
	return 0;
}

static int unpack_to(int fd, const uint8_t *data, size_t size, struct error *err)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	struct trailer trailer = { 0 };
	int ret;

	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_memory(archive, data, size) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		ret = copy_entry(archive, fd, &trailer, err);
	else
		ret = error_set(err, "cannot be unpacked: %s", archive_error_string(archive));
	archive_read_free(archive);
	if (!ret && find_format(data, size) == FORMAT_GZIP &&
	    memcmp(data + size - sizeof(trailer), &trailer, sizeof(trailer)))
		return error_set(err, "cannot be unpacked: its checksum is wrong");
	return ret;
}

/* Gives the unnamed file its name. Losing a race against another run is as good. */
static void keep(int fd, const char *path)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW) && errno != EEXIST)
		fprintf(stderr, "numavm: cannot keep the unpacked kernel as %s: %s\n", path,
			strerror(errno));
}

static int unpack_to_memory(const uint8_t *data, size_t size, struct error *err)
{
	int fd = memfd_create("kernel", MFD_CLOEXEC);

	if (fd < 0)
		return error_errno(err, "memfd_create");
	if (!unpack_to(fd, data, size, err))
		return fd;
	close(fd);
	return -1;
}

/*
 * Unnamed until it is whole and on the disk: an end at any moment leaves no file. A folder
 * that cannot take it (no right, no room) is done without.
 */
static int unpack_anew(const char *folder, const char *path, const uint8_t *data, size_t size,
		       struct error *err)
{
	int fd = folder ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return unpack_to_memory(data, size, err);
	if (unpack_to(fd, data, size, err)) {
		close(fd);
		return err->contention ? unpack_to_memory(data, size, err) : -1;
	}
	if (!fsync(fd))
		keep(fd, path);
	return fd;
}

size_t unpack_stream_size(const uint8_t *data, size_t size)
{
	return find_format(data, size) == FORMAT_GZIP ? size : size - 4;
}

int unpack_open(const uint8_t *data, size_t size, struct error *err)
{
	char *folder = cache_folder(), *path = NULL;
	int fd = -1;

	if (folder) {
		path = cache_path(folder, data, size);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		fd = unpack_anew(folder, path, data, size, err);
	free(path);
	free(folder);
	return fd;
}

void unpack_forget(const uint8_t *data, size_t size)
{
	char *folder = cache_folder(), *path;

	if (!folder)
		return;
	path = cache_path(folder, data, size);
	unlink(path);
	free(path);
	free(folder);
}
