/* SPDX-License-Identifier: MIT */
/*
 * Which kernel modules there are in some folders: names to files, and aliases to names, for
 * modules.c, which owns it. Names are by the files' names, of which none is opened for them; '-' is
 * '_', as in the kernel. Where depmod(8) has been, its lists tell both; else the folders are
 * walked, and an alias that no list knows costs opening every module, once.
 */
#ifndef VMM_GUEST_MODULE_INDEX_H
#define VMM_GUEST_MODULE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "mem/error.h"

struct module_entry {
	char *name;
	char *path; /* NULL: built into the kernel */
	size_t at; /* of its finding: of one name's the first counts */
	bool known; /* its aliases are */
	int state; /* the user's, 0 at first */
};

struct module_alias {
	char *pattern; /* fnmatch(3)'s */
	char *name;
};

/* Zero-initialized: empty. */
struct module_index {
	struct module_entry *entries; /* sorted by name */
	size_t nr;
	struct module_alias *aliases;
	size_t nr_aliases;
};

/* Finds all that is in @folders, ending with NULL. Returns 0, or -1 naming the folder. */
int module_index_make(struct module_index *index, char *const *folders, struct error *err);

void module_index_free(struct module_index *index);

/* The module called so, or NULL. */
struct module_entry *module_index_find(const struct module_index *index, const char *name);

/*
 * The next module that has an alias which @name matches, of those that are known, or NULL; *@at is
 * 0 for the first. One may come more than once.
 */
struct module_entry *module_index_match(const struct module_index *index, const char *name,
					size_t *at);

/*
 * Adds the aliases of all modules that no list tells of; one that cannot be read has none. Returns
 * whether there are more now.
 */
bool module_index_scan(struct module_index *index);

#endif
