/* SPDX-License-Identifier: MIT */
/*
 * A file of the user's, open for reading: kernels and initial RAM disks. It may change or shrink at
 * any time: whoever checks a part of it reads that part once, and uses what it checked.
 */
#ifndef VMM_GUEST_FILE_H
#define VMM_GUEST_FILE_H

#include <stdint.h>

#include "mem/error.h"

/* As many bytes as any kernel's header takes. */
#define FILE_HEAD 1024

struct file {
	int fd; /* -1: closed */
	const char *name; /* for messages; the opener's, which must outlive this */
	uint64_t size; /* when it was opened */
	uint8_t head[FILE_HEAD]; /* what it begins with, as much as there is */
};

/* Opens a regular file that is not empty. Returns 0, or -1 naming @path. */
int file_open(struct file *file, const char *path, struct error *err);

/* The same with @fd, which it takes over. */
int file_from_fd(struct file *file, int fd, const char *name, struct error *err);

/* Reads @size bytes from @offset to @to: pread(2) until they are all there. Returns 0, or -1. */
int file_read(const struct file *file, uint64_t offset, void *to, uint64_t size, struct error *err);

/* Writes @size bytes to @fd at @offset: pwrite(2) of them all. Returns 0, or -1 with errno. */
int file_write(int fd, const void *data, uint64_t size, uint64_t offset);

void file_close(struct file *file);

#endif
