/* SPDX-License-Identifier: MIT */
/*
 * The files of an archive by their paths in the guest, before any is read: what the archive's name
 * in the cache is made of. initramfs.c and closure.c fill it in, pack.c writes it. It owns its
 * entries.
 *
 * A path goes through the links that are there, so that with /bin -> usr/bin a file for /bin/sh is
 * at /usr/bin/sh. Of two files for one path the first stays.
 */
#ifndef VMM_GUEST_TREE_H
#define VMM_GUEST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "mem/error.h"

struct needs;

struct tree_entry {
	char *path; /* absolute, without "." and ".." */
	char *host; /* the file that it is a copy of, or NULL */
	char *target; /* of a link */
	const void *data; /* of a file without @host; its owner's, who keeps it */
	struct stat st; /* st_mode, st_uid, st_gid, st_rdev and st_size are the guest's */
	struct needs *needs; /* what @host asks for, once closure.c has read it */
	bool closed; /* closure.c has added what it needs */
};

/* Zero-initialized: none. */
struct tree {
	void *root; /* tsearch(3) */
};

/* @path after @folder, absolute and without ".", ".." and doubled slashes; to be freed. */
char *tree_path(const char *folder, const char *path);

/* What is at @path, through links; NULL: nothing. */
struct tree_entry *tree_find(const struct tree *tree, const char *path);

/*
 * These add an entry and the folders above it. The last returns it, or the one that is there; its
 * @host may be NULL, for what is no regular file.
 */
void tree_add_folder(struct tree *tree, const char *path, mode_t mode);
void tree_add_link(struct tree *tree, const char *path, const char *target);
void tree_add_device(struct tree *tree, const char *path, mode_t mode, dev_t device);
void tree_add_data(struct tree *tree, const char *path, const void *data, size_t size, mode_t mode);
struct tree_entry *tree_add_file(struct tree *tree, const char *path, const char *host,
				 const struct stat *st);

/* Makes of a file's attributes those of a program: all may read it, and it is root's. */
const struct stat *tree_open_to_all(struct stat *st);

/*
 * Adds the host's file @path at the same path, with the links that lead to it, open to all. Returns
 * NULL with errno when it is not there or is no regular file.
 */
struct tree_entry *tree_mirror(struct tree *tree, const char *path);

/* Calls @act for each entry, folders before what is in them, by their paths. */
void tree_walk(const struct tree *tree, void (*act)(const struct tree_entry *entry, void *opaque),
	       void *opaque);

void tree_free(struct tree *tree);

#endif
