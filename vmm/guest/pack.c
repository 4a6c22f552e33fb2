// SPDX-License-Identifier: MIT
#include "vmm/guest/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"

#define CHUNK (256 << 10)

struct pack {
	struct archive *archive;
	uint8_t *chunk;
	int ret;
	struct error *err;
};

static int refuse_write(struct pack *p, const char *path)
{
	errno = archive_errno(p->archive);
	if (errno == ERANGE)
		return error_set(p->err, "%s: 4 GiB or more: an initramfs cannot hold it", path);
	return error_errno(p->err, "writing the command's archive");
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int copy_file(struct pack *p, const struct tree_entry *entry, int fd)
{
	uint64_t left = entry->st.st_size;
	struct stat st;

	while (left) {
		ssize_t got = read(fd, p->chunk, left < CHUNK ? left : CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(p->err, "%s: read", entry->host);
		if (!got)
			break;
		if (archive_write_data(p->archive, p->chunk, got) != got)
			return refuse_write(p, entry->path);
		left -= got;
	}
	if (!fstat(fd, &st) && is_same(&st, &entry->st))
		return 0;
	error_set(p->err, "%s: it changed while it was being read: run again", entry->host);
	p->err->contention = true;
	return -1;
}

static int put_content(struct pack *p, const struct tree_entry *entry)
{
	int fd, ret;

	if (!S_ISREG(entry->st.st_mode) || !entry->st.st_size)
		return 0;
	if (!entry->host)
		return archive_write_data(p->archive, entry->data, entry->st.st_size) ==
				       entry->st.st_size
			       ? 0
			       : refuse_write(p, entry->path);
	fd = open(entry->host, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return error_errno(p->err, "%s", entry->host);
	ret = copy_file(p, entry, fd);
	close(fd);
	return ret;
}

/* Hard links become files of their own. */
static void put_entry(const struct tree_entry *entry, void *pack)
{
	struct archive_entry *header;
	struct pack *p = pack;

	if (p->ret)
		return;
	header = xcheck(archive_entry_new());
	archive_entry_set_pathname(header, entry->path + 1);
	archive_entry_set_mode(header, entry->st.st_mode);
	archive_entry_set_uid(header, entry->st.st_uid);
	archive_entry_set_gid(header, entry->st.st_gid);
	archive_entry_set_mtime(header, entry->st.st_mtim.tv_sec, 0);
	archive_entry_set_rdev(header, entry->st.st_rdev);
	archive_entry_set_nlink(header, 1);
	archive_entry_set_size(header, S_ISREG(entry->st.st_mode) ? entry->st.st_size : 0);
	if (entry->target)
		archive_entry_set_symlink(header, entry->target);
	if (archive_write_header(p->archive, header) != ARCHIVE_OK)
		p->ret = refuse_write(p, entry->path);
	else
		p->ret = put_content(p, entry);
	archive_entry_free(header);
}

int pack_write(const struct tree *tree, int fd, struct error *err)
{
	struct pack p = { .archive = xcheck(archive_write_new()), .err = err };

	p.chunk = xmalloc(CHUNK);
	if (archive_write_set_format_cpio_newc(p.archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(p.archive, CHUNK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(p.archive, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(p.archive, fd) != ARCHIVE_OK)
		p.ret = refuse_write(&p, NULL);
	tree_walk(tree, put_entry, &p);
	if (!p.ret && archive_write_close(p.archive) != ARCHIVE_OK)
		p.ret = refuse_write(&p, NULL);
	archive_write_free(p.archive);
	free(p.chunk);
	return p.ret;
}

#define TRAILER 124 /* bytes: a header of 110, and the name with zeroes up to a multiple of 4 */

bool pack_is_whole(int fd)
{
	char end[TRAILER];
	struct stat st;

	return !fstat(fd, &st) && st.st_size >= TRAILER &&
	       pread(fd, end, TRAILER, st.st_size - TRAILER) == TRAILER &&
	       !memcmp(end, "070701", 6) && !strcmp(end + 110, "TRAILER!!!");
}
