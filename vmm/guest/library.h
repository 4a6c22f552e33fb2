/* SPDX-License-Identifier: MIT */
/*
 * Where the dynamic loader finds a library, ld.so(8): DT_RPATH, LD_LIBRARY_PATH, DT_RUNPATH, the
 * cache and the default folders. closure.c asks, and owns what it asks with.
 */
#ifndef VMM_GUEST_LIBRARY_H
#define VMM_GUEST_LIBRARY_H

#include "vmm/guest/needs.h"
#include "vmm/guest/tree.h"

#define LIBRARY_CACHE "/etc/ld.so.cache"

struct libraries {
	struct tree *tree; /* what is found joins it */
	const char *path; /* the guest's LD_LIBRARY_PATH, or NULL */
	char *cache; /* LIBRARY_CACHE; NULL: there is none */
	size_t cache_size;
};

/* A program or library in memory, as the loader would have it. */
struct object {
	const struct needs *needs;
	const struct object *loader; /* whose needs brought it, or NULL */
	char *name; /* by which that asked for it, or NULL */
	char *host, *guest; /* its folders */
};

void libraries_open(struct libraries *libraries, struct tree *tree, const char *path);

/*
 * Finds the library @name that @object needs, and adds it to the tree with all its builds that the
 * loader could take, the ones of glibc-hwcaps for newer CPUs too. Returns the first, or NULL.
 */
struct tree_entry *libraries_find(const struct libraries *libraries, const struct object *object,
				  const char *name);

void libraries_close(struct libraries *libraries);

#endif
