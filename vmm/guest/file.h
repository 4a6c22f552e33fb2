/* SPDX-License-Identifier: MIT */
/*
 * A file of the user's, open and mapped for reading: kernels, initial RAM disks, configs. What is
 * mapped may change or shrink under its reader: it is for headers, and what goes into RAM is read.
 */
#ifndef VMM_GUEST_FILE_H
#define VMM_GUEST_FILE_H

#include <stdint.h>

#include "mem/error.h"

struct file {
	int fd; /* -1: closed */
	const char *name; /* for messages; the opener's, which must outlive this */
	uint64_t size;
	const uint8_t *data;
};

/* Opens a regular file that is not empty. Returns 0, or -1 naming @path. */
int file_open(struct file *file, const char *path, struct error *err);

/* The same with @fd, which it takes over. */
int file_from_fd(struct file *file, int fd, const char *name, struct error *err);

/* Reads @size bytes from @offset to @to: pread(2) until they are all there. Returns 0, or -1. */
int file_read(const struct file *file, uint64_t offset, void *to, uint64_t size, struct error *err);

void file_close(struct file *file);

#endif
