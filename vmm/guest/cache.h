/* SPDX-License-Identifier: MIT */
/*
 * The folder of unpacked kernels and of commands' archives, $XDG_CACHE_HOME/numavm or
 * ~/.cache/numavm, for unpack.c and initramfs.c. It is used only if it is this user's and closed to
 * all others, and so is each file in it: what is there gets booted.
 *
 * A kernel's name is a UMAC-128 (RFC 4418) of its packed bytes, an archive's one of all that it is
 * made of (initramfs.c), under a key that is made with the folder. For an unkeyed fast hash a
 * second kernel of the same name can be made, to be booted in place of the first; for this one,
 * without the key and the names, which nobody else sees, it is a guess that fails but for about one
 * in 2^120. 10 MiB take 1.5 ms, with SHA-256 6.5 ms.
 */
#ifndef VMM_GUEST_CACHE_H
#define VMM_GUEST_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include <nettle/umac.h>

#define CACHE_KERNEL ".kernel"
#define CACHE_INITRD ".initrd"
#define CACHE_NAME_SIZE (2 * UMAC128_DIGEST_SIZE + sizeof(CACHE_KERNEL))

struct cache {
	int folder; /* -1: there is none, nothing is found or kept */
	struct umac128_ctx hash;
};

/* Opens the folder, which is made when it is not there; one that is not safe is told of. */
void cache_open(struct cache *cache);

void cache_close(struct cache *cache);

/*
 * The name of what is made of the bytes that cache_hash() was given since the last name, with its
 * @kind, CACHE_....
 */
void cache_hash(struct cache *cache, const void *data, size_t size);
void cache_name(struct cache *cache, const char *kind, char name[CACHE_NAME_SIZE]);

/* A descriptor of the kept file @name for reading, which counts as used now, or -1. */
int cache_find(const struct cache *cache, const char *name);

/* A descriptor of a new file that has no name yet, for reading and writing, or -1. */
int cache_create(const struct cache *cache);

/*
 * Gives what cache_create() made its name, once it is on the disk: an end at any moment leaves
 * nothing behind, or all of it. Those used longest ago go when all together are too large.
 */
void cache_keep(const struct cache *cache, int fd, const char *name);

void cache_forget(const struct cache *cache, const char *name);

#endif
