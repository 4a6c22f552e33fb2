/* SPDX-License-Identifier: MIT */
/* An archive's files in memory, read back by libarchive, for the suites that make archives. */
#ifndef TESTS_UNIT_NEWC_H
#define TESTS_UNIT_NEWC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct newc_file {
	char *path, *target; /* @target: of a link, or NULL */
	char *data;
	size_t size;
	mode_t mode;
	uid_t uid;
	dev_t device;
};

struct newc {
	struct newc_file *files;
	unsigned int nr;
};

/* Reads the archive at @fd to its end; fails the test when it is damaged or a path comes twice. */
void newc_read(struct newc *newc, int fd);

/* The file at @path, without the first slash, or NULL; links are not followed. */
const struct newc_file *newc_find(const struct newc *newc, const char *path);

/* The same, through links from / on. */
const struct newc_file *newc_follow(const struct newc *newc, const char *path);

/* The file at the absolute @path has the bytes of the host's; fails the test otherwise. */
void newc_like_host(const struct newc *newc, const char *path);

void newc_free(struct newc *newc);

#endif
