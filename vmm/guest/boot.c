// SPDX-License-Identifier: MIT
#include "vmm/guest/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(struct boot_file *file, struct error *err)
{
	struct stat st;

	if (fstat(file->fd, &st))
		return error_errno(err, "%s", file->name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, "%s: not a regular file", file->name);
	if (!st.st_size)
		return error_set(err, "%s: empty", file->name);
	file->size = st.st_size;
	file->data = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, file->fd, 0);
	if (file->data == MAP_FAILED) {
		file->data = NULL;
		return error_errno(err, "%s: mmap", file->name);
	}
	return 0;
}

int boot_file_open(struct boot_file *file, int fd, const char *name, struct error *err)
{
	*file = (struct boot_file){ .fd = fd, .name = name };
	if (map(file, err)) {
		boot_file_close(file);
		return -1;
	}
	return 0;
}

int boot_file_read(const struct boot_file *file, uint64_t offset, void *to, uint64_t size,
		   struct error *err)
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

void boot_file_close(struct boot_file *file)
{
	if (file->data)
		munmap((void *)file->data, file->size);
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct boot_file){ .fd = -1 };
}

static int open_path(struct boot_file *file, const char *path, const char *what, const char *option,
		     struct error *err)
{
	/* A FIFO must not hold us up; map() refuses it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct error why;

	if (fd < 0)
		error_errno(&why, "%s", path);
	else if (!boot_file_open(file, fd, path, &why))
		return 0;
	*err = why;
	if (why.contention)
		return error_prefix(err, "%s ", what);
	return error_set(err, "%s %s: give another with %s", what, why.text, option);
}

int boot_open(struct boot *boot, const char *kernel, const char *initrd, struct error *err)
{
	boot->initrd = (struct boot_file){ .fd = -1 };
	if (open_path(&boot->kernel, kernel, "kernel", "-k", err))
		return -1;
	if (!initrd || !open_path(&boot->initrd, initrd, "initrd", "-i", err))
		return 0;
	boot_file_close(&boot->kernel);
	return -1;
}

void boot_close(struct boot *boot)
{
	boot_file_close(&boot->kernel);
	boot_file_close(&boot->initrd);
}
