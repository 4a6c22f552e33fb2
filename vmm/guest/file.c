// SPDX-License-Identifier: MIT
#include "vmm/guest/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(const struct file *file, uint64_t offset, void *to, uint64_t size, struct error *err)
{
	uint8_t *at = to;

	while (size) {
		ssize_t got = pread(file->fd, at, size, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "read");
		if (!got)
			return error_set(err, "it shrank while it was being read");
		at += got;
		offset += got;
		size -= got;
	}
	return 0;
}

static int take_head(struct file *file, struct error *err)
{
	struct stat st;

	if (fstat(file->fd, &st))
		return error_errno(err, "%s", file->name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, "%s: not a regular file", file->name);
	if (!st.st_size)
		return error_set(err, "%s: empty", file->name);
	file->size = st.st_size;
	if (!file_read(file, 0, file->head, file->size < FILE_HEAD ? file->size : FILE_HEAD, err))
		return 0;
	return error_prefix(err, "%s: ", file->name);
}

int file_from_fd(struct file *file, int fd, const char *name, struct error *err)
{
	*file = (struct file){ .fd = fd, .name = name };
	if (take_head(file, err)) {
		file_close(file);
		return -1;
	}
	return 0;
}

int file_open(struct file *file, const char *path, struct error *err)
{
	/* A FIFO must not hold us up; take_head() refuses it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*file = (struct file){ .fd = -1 };
	if (fd < 0)
		return error_errno(err, "%s", path);
	return file_from_fd(file, fd, path, err);
}

int file_write(int fd, const void *data, uint64_t size, uint64_t offset)
{
	const uint8_t *at = data;

	while (size) {
		ssize_t written = pwrite(fd, at, size, offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		at += written;
		offset += written;
		size -= written;
	}
	return 0;
}

void file_close(struct file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct file){ .fd = -1 };
}
