/* SPDX-License-Identifier: MIT */
/*
 * A tree's files as an initramfs, newc (Documentation/driver-api/early-userspace/
 * buffer-format.rst), through libarchive. For initramfs.c and job.c.
 */
#ifndef VMM_GUEST_PACK_H
#define VMM_GUEST_PACK_H

#include "vmm/guest/tree.h"

/*
 * Writes @tree to @fd, from its beginning. Returns 0, or -1 naming the file: it cannot be read, has
 * changed since it was added, or is too large for newc.
 */
int pack_write(const struct tree *tree, int fd, struct error *err);

/* The file at @fd ends as pack_write() ends one. */
bool pack_is_whole(int fd);

#endif
