// SPDX-License-Identifier: MIT
#include "vmm/guest/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/text.h"

#define CHUNK (64 << 10)
#define TRAILER "TRAILER!!!"

/* cpio(5); all but the magic in hexadecimal. */
struct newc {
	char magic[6], ino[8], mode[8], uid[8], gid[8], nlink[8], mtime[8], size[8], device[2][8],
		special[2][8], name_size[8], sum[8];
};
_Static_assert(sizeof(struct newc) == 110, "cpio(5), New ASCII Format");

struct extract {
	int from;
	struct extract_target *targets;
	unsigned int nr;
	struct extract_faults *faults;

	/* The entry that is read. */
	uint32_t mode, left; /* bytes of its that are still to come, */
	unsigned int padding; /* and what follows them */
	struct extract_target *target;
	char *rest; /* after "i/", "": "i" itself */
	char name[PATH_MAX + 16];
	uint8_t chunk[CHUNK];
};

/* Returns @size, or less at the end. */
static size_t read_bytes(int fd, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, (char *)to + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += got;
	}
	return done;
}

static void note(struct extract *x, struct error *err)
{
	const struct extract_target *t = x->target;

	if (x->faults->nr++)
		return;
	if (t)
		error_prefix(err, "%s%s%s: ", t->path, *x->rest ? "/" : "", x->rest);
	text_clean(err->text);
	x->faults->first = *err;
}

/* ---- the archive ---- */

static bool read_hex(const char field[8], uint32_t *value)
{
	char text[9] = "";

	memcpy(text, field, 8);
	*value = strtoul(text, NULL, 16);
	return strspn(text, "0123456789abcdefABCDEF") == 8;
}

static int refuse_archive(struct error *err)
{
	return error_set(err, "what the guest sends is no newc archive: the rest is not kept");
}

static int refuse_end(struct error *err)
{
	return error_set(err, "what the guest sends ends early: the rest is not there");
}

static int read_name(struct extract *x, uint32_t size, struct error *err)
{
	size_t padded = ((sizeof(struct newc) + size + 3) & ~3U) - sizeof(struct newc);

	if (!size || size > sizeof(x->name) - 4)
		return refuse_archive(err);
	if (read_bytes(x->from, x->name, padded) < padded)
		return refuse_end(err);
	return strnlen(x->name, size) == size - 1 ? 0 : refuse_archive(err);
}

/* Returns 1, 0 after the last entry, or -1. */
static int next_entry(struct extract *x, struct error *err)
{
	struct newc header;
	uint32_t name_size;
	size_t got;

	x->target = NULL;
	got = read_bytes(x->from, &header, sizeof(header));
	if (!got && !x->name[0])
		return 0; /* a guest that has not come so far: no target has anything */
	if (got < sizeof(header))
		return refuse_end(err);
	if (memcmp(header.magic, "070701", sizeof(header.magic)) ||
	    !read_hex(header.mode, &x->mode) || !read_hex(header.size, &x->left) ||
	    !read_hex(header.name_size, &name_size))
		return refuse_archive(err);
	x->padding = -x->left & 3;
	if (read_name(x, name_size, err))
		return -1;
	return strcmp(x->name, TRAILER) != 0;
}

/* The next bytes of the entry, 0 at its end; after the last of those that are there: -1. */
static ssize_t next_chunk(struct extract *x, struct error *err)
{
	size_t size = x->left < CHUNK ? x->left : CHUNK, got = read_bytes(x->from, x->chunk, size);

	x->left -= got;
	if (got || !size)
		return got;
	x->left = 0;
	x->padding = 0;
	return refuse_end(err);
}

static int skip_rest(struct extract *x, struct error *err)
{
	ssize_t size;

	while ((size = next_chunk(x, err)) > 0)
		;
	return size || read_bytes(x->from, x->chunk, x->padding) == x->padding ? size
									       : refuse_end(err);
}

/* ---- names ---- */

static bool is_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* "12" or "12/rest", 12 below x->nr, as init numbers them. */
static int find_target(struct extract *x, struct error *err)
{
	unsigned long index;
	char *end;

	errno = 0;
	index = strtoul(x->name, &end, 10);
	if (x->name[0] < '0' || x->name[0] > '9' || errno || index >= x->nr ||
	    (*end && *end != '/'))
		return error_set(err, "the guest sends \"%s\", which was not asked for", x->name);
	x->rest = end + (*end == '/');
	if (*end == '/' && !*x->rest)
		return error_set(err, "the guest sends \"%s\", which is no name", x->name);
	x->target = &x->targets[index];
	x->target->got = true;
	return 0;
}

/*
 * Opens the folder that the entry is in, and cuts its own name off. Each component is opened by
 * itself: not "..", no symbolic link. Returns a descriptor, to be closed, or -1.
 */
static int open_folder(struct extract *x, const char **name, struct error *err)
{
	char *at = x->rest, *slash;
	int fd, next;

	if (x->target->name)
		return error_set(err, "the guest sends it before its folder");
	fd = openat(x->target->folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && (slash = strchr(at, '/'))) {
		*slash = '\0';
		errno = EINVAL;
		next = is_name(at) ? openat(fd, at, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
				   : -1;
		close(fd);
		fd = next;
		*slash = '/';
		at = slash + 1;
	}
	if (fd >= 0 && is_name(at)) {
		*name = at;
		return fd;
	}
	if (fd < 0)
		return error_errno(err, "opening its folder");
	close(fd);
	return error_set(err, "no name for a file");
}

/* ---- entries ---- */

static int make_folder(struct extract *x, int folder, const char *name, struct error *err)
{
	struct stat st;
	int fd;

	if (mkdirat(folder, name, (x->mode & 0777) | S_IRWXU) &&
	    (errno != EEXIST || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) ||
	     !S_ISDIR(st.st_mode)))
		return error_errno(err, "mkdir");
	if (*x->rest)
		return 0;
	fd = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "open");
	close(x->target->folder);
	x->target->folder = fd;
	x->target->name = NULL;
	return 0;
}

static int remove_old(int folder, const char *name, struct error *err)
{
	return unlinkat(folder, name, 0) && errno != ENOENT ? error_errno(err, "replacing it") : 0;
}

static int make_link(struct extract *x, int folder, const char *name, struct error *err)
{
	ssize_t size;

	if (x->left >= PATH_MAX)
		return error_set(err, "a symbolic link to more than %d bytes", PATH_MAX);
	size = next_chunk(x, err);
	if (size >= 0 && x->left)
		return refuse_end(err);
	if (size < 0 || remove_old(folder, name, err))
		return -1;
	x->chunk[size] = '\0';
	return symlinkat((char *)x->chunk, folder, name) ? error_errno(err, "symlink") : 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno != EINTR)
			return -1;
		bytes += written > 0 ? written : 0;
		size -= written > 0 ? written : 0;
	}
	return 0;
}

static int fill_file(struct extract *x, int fd, struct error *err)
{
	ssize_t size;

	while ((size = next_chunk(x, err)) > 0)
		if (write_all(fd, x->chunk, size))
			return error_errno(err, "write");
	return size;
}

static int make_file(struct extract *x, int folder, const char *name, struct error *err)
{
	int fd, ret;

	if (remove_old(folder, name, err))
		return -1;
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    x->mode & 0777);
	if (fd < 0)
		return error_errno(err, "open");
	ret = fill_file(x, fd, err);
	if (close(fd) && !ret)
		return error_errno(err, "close");
	return ret;
}

static int make_entry(struct extract *x, int folder, const char *name, struct error *err)
{
	switch (x->mode & S_IFMT) {
	case S_IFDIR:
		return make_folder(x, folder, name, err);
	case S_IFREG:
		return make_file(x, folder, name, err);
	case S_IFLNK:
		return make_link(x, folder, name, err);
	default:
		return error_set(err, "neither a file, a folder nor a symbolic link: not kept");
	}
}

static int take_entry(struct extract *x, struct error *err)
{
	const char *name = NULL;
	int folder, ret;

	if (find_target(x, err))
		return -1;
	if (*x->rest) {
		folder = open_folder(x, &name, err);
		if (folder < 0)
			return -1;
		ret = make_entry(x, folder, name, err);
		close(folder);
		return ret;
	}
	if (x->target->name)
		return make_entry(x, x->target->folder, x->target->name, err);
	if (S_ISDIR(x->mode))
		return 0;
	return error_set(err, "a folder, and the guest sends a file: name the file");
}

void extract_all(int from, struct extract_target *targets, unsigned int nr,
		 struct extract_faults *faults)
{
	struct extract x = { .from = from, .targets = targets, .nr = nr, .faults = faults };
	struct error err = { 0 };
	int ret;

	while ((ret = next_entry(&x, &err)) > 0) {
		if (take_entry(&x, &err))
			note(&x, &err);
		ret = skip_rest(&x, &err);
		if (ret)
			break;
	}
	x.target = NULL;
	if (ret)
		note(&x, &err);
	while (read_bytes(from, x.chunk, CHUNK))
		;
	for (x.rest = "", x.target = targets; x.target < targets + nr; x.target++) {
		error_set(&err, "the guest sent nothing for it");
		if (!x.target->got)
			note(&x, &err);
	}
}
