// SPDX-License-Identifier: MIT
#include "vmm/guest/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "mem/xalloc.h"

#define MAX_SIZE (1LL << 30) /* no kernel is as large: an archive that never ends is */
#define CHUNK (16 << 10)

static const struct {
	uint8_t magic[UNPACK_MAGIC];
	size_t size;
	int filter;
} formats[] = {
	{ { 0x1f, 0x8b }, 2, ARCHIVE_FILTER_GZIP },
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, ARCHIVE_FILTER_XZ },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, ARCHIVE_FILTER_ZSTD },
	{ { 0x04, 0x22, 0x4d, 0x18 }, 4, ARCHIVE_FILTER_LZ4 },
	{ { 0x02, 0x21, 0x4c, 0x18 }, 4, ARCHIVE_FILTER_LZ4 }, /* legacy */
};

static int find_filter(const uint8_t *magic, uint64_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (size > formats[i].size && !memcmp(magic, formats[i].magic, formats[i].size))
			return formats[i].filter;
	return ARCHIVE_FILTER_NONE;
}

int unpack_magic(const struct file *file, uint64_t offset, uint64_t size,
		 uint8_t magic[UNPACK_MAGIC], struct error *err)
{
	return file_read(file, offset, magic, size < UNPACK_MAGIC ? size : UNPACK_MAGIC, err);
}

bool unpack_knows(const uint8_t *magic, uint64_t size)
{
	return find_filter(magic, size) != ARCHIVE_FILTER_NONE;
}

uint64_t unpack_stream_size(const uint8_t *magic, uint64_t size)
{
	return find_filter(magic, size) == ARCHIVE_FILTER_GZIP || size < 4 ? size : size - 4;
}

/* The end of a gzip stream, RFC 1952: libarchive passes over it. */
struct trailer {
	uint32_t crc;
	uint32_t size;
};

/* The packed bytes, read once from first to last: those that are unpacked are those hashed. */
struct stream {
	const struct file *file;
	uint64_t offset, size, done;
	struct cache *cache;
	uint8_t chunk[CHUNK];
	uint8_t end[sizeof(struct trailer)]; /* the last bytes that were read */
	struct error err; /* of a read that libarchive asked for */
};

static void note_tail(struct stream *s, size_t size)
{
	const size_t room = sizeof(s->end), nr = size < room ? size : room;

	memmove(s->end, s->end + nr, room - nr);
	memcpy(s->end + room - nr, s->chunk + size - nr, nr);
}

/* Returns the size of the next chunk, 0 at the end, or -1. */
static ssize_t next_chunk(struct stream *s, struct error *err)
{
	uint64_t left = s->size - s->done, size = left < CHUNK ? left : CHUNK;

	if (file_read(s->file, s->offset + s->done, s->chunk, size, err))
		return -1;
	s->done += size;
	cache_hash(s->cache, s->chunk, size);
	note_tail(s, size);
	return size;
}

static la_ssize_t give_chunk(struct archive *archive, void *stream, const void **chunk)
{
	struct stream *s = stream;

	(void)archive;
	*chunk = s->chunk;
	return next_chunk(s, &s->err);
}

static int read_to_end(struct stream *s, struct error *err)
{
	ssize_t size;

	while ((size = next_chunk(s, err)) > 0)
		;
	return size;
}

static int refuse_stream(struct archive *archive, const struct stream *s, struct error *err)
{
	const char *why = s->err.text[0] ? s->err.text : archive_error_string(archive);

	return error_set(err, "cannot be unpacked: %s", why ? why : "there is nothing in it");
}

static int copy_entry(struct archive *archive, int fd, const struct stream *s,
		      struct trailer *trailer, struct error *err)
{
	const void *block;
	size_t size;
	int64_t offset;
	int ret;

	while ((ret = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK) {
		if (offset + (int64_t)size > MAX_SIZE)
			return error_set(err, "unpacks to more than %lld MiB", MAX_SIZE >> 20);
		trailer->crc = crc32(trailer->crc, block, size);
		trailer->size += size;
		if (file_write(fd, block, size, offset))
			return error_errno(err, "writing what it unpacks to");
	}
	return ret == ARCHIVE_EOF ? 0 : refuse_stream(archive, s, err);
}

/* That one filter, and none of those that libarchive would find below it by itself. */
static int unpack_to(int fd, struct stream *s, int filter, struct error *err)
{
	struct archive *archive = xcheck(archive_read_new());
	struct trailer trailer = { 0 };
	struct archive_entry *entry;
	int ret;

	s->done = 0;
	if (archive_read_append_filter(archive, filter) == ARCHIVE_OK &&
	    archive_read_support_format_raw(archive) == ARCHIVE_OK &&
	    archive_read_open(archive, s, NULL, give_chunk, NULL) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		ret = copy_entry(archive, fd, s, &trailer, err);
	else
		ret = refuse_stream(archive, s, err);
	archive_read_free(archive);
	if (ret || read_to_end(s, err))
		return -1;
	if (filter == ARCHIVE_FILTER_GZIP && memcmp(s->end, &trailer, sizeof(trailer)))
		return error_set(err, "cannot be unpacked: its checksum is wrong");
	return 0;
}

static int unpack_to_memory(struct stream *s, int filter, struct error *err)
{
	int fd = memfd_create("kernel", MFD_CLOEXEC);

	if (fd < 0)
		return error_errno(err, "memfd_create");
	if (!unpack_to(fd, s, filter, err))
		return fd;
	close(fd);
	return -1;
}

/* A cache that cannot take it (no right, no room) is done without. */
static int unpack_anew(struct unpacked *u, struct stream *s, int filter, struct error *err)
{
	int fd = cache_create(&u->cache);

	if (fd >= 0 && !unpack_to(fd, s, filter, err)) {
		cache_name(&u->cache, CACHE_KERNEL, u->name);
		return fd;
	}
	cache_close(&u->cache);
	if (fd < 0)
		return unpack_to_memory(s, filter, err);
	close(fd);
	return err->contention ? unpack_to_memory(s, filter, err) : -1;
}

static int open_any(struct unpacked *u, struct stream *s, int filter, struct error *err)
{
	int fd;

	if (u->cache.folder < 0)
		return unpack_to_memory(s, filter, err);
	if (read_to_end(s, err))
		return -1;
	cache_name(&u->cache, CACHE_KERNEL, u->name);
	fd = cache_find(&u->cache, u->name);
	u->kept = fd >= 0;
	return u->kept ? fd : unpack_anew(u, s, filter, err);
}

int unpack_open(struct unpacked *u, const struct file *from, uint64_t offset, uint64_t size,
		struct error *err)
{
	struct stream s = { .file = from, .offset = offset, .size = size, .cache = &u->cache };
	uint8_t magic[UNPACK_MAGIC];
	int fd;

	*u = (struct unpacked){ 0 };
	if (size > MAX_SIZE)
		return error_set(err, "packed in more than %lld MiB", MAX_SIZE >> 20);
	if (unpack_magic(from, offset, size, magic, err))
		return -1;
	cache_open(&u->cache);
	fd = open_any(u, &s, find_filter(magic, size), err);
	if (fd >= 0 && !file_from_fd(&u->file, fd, "its unpacked form", err))
		return 0;
	if (u->kept)
		cache_forget(&u->cache, u->name);
	cache_close(&u->cache);
	return -1;
}

int unpack_unkept(const struct file *from, struct error *err)
{
	struct cache none = { .folder = -1 };
	struct stream s = { .file = from, .size = from->size, .cache = &none };

	return unpack_to_memory(&s, find_filter(from->head, from->size), err);
}

void unpack_keep(const struct unpacked *u)
{
	if (u->file.size && !u->kept && u->cache.folder >= 0)
		cache_keep(&u->cache, u->file.fd, u->name);
}

void unpack_forget(struct unpacked *u)
{
	cache_forget(&u->cache, u->name);
	unpack_close(u);
}

void unpack_close(struct unpacked *u)
{
	if (!u->file.size)
		return;
	file_close(&u->file);
	cache_close(&u->cache);
}
