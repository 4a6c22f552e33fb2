// SPDX-License-Identifier: MIT
#include "vmm/guest/tree.h"

#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/needs.h"

#define MAX_LINKS 40 /* as path_resolution(7) */

static int compare_paths(const void *a, const void *b)
{
	const struct tree_entry *one = a, *other = b;

	return strcmp(one->path, other->path);
}

static struct tree_entry *find_exactly(const struct tree *tree, char *path)
{
	struct tree_entry key = { .path = path }, **found;

	found = tfind(&key, &tree->root, compare_paths);
	return found ? *found : NULL;
}

static struct tree_entry *add_exactly(struct tree *tree, const char *path, mode_t mode)
{
	struct tree_entry *entry = xcalloc(1, sizeof(*entry));

	entry->path = xstrdup(path);
	entry->st.st_mode = mode;
	xcheck(tsearch(entry, &tree->root, compare_paths));
	return entry;
}

/* The next component of *@rest, and its size; 0 at the end. */
static size_t next_name(const char **rest, const char **name)
{
	size_t size;

	*rest += strspn(*rest, "/");
	*name = *rest;
	size = strcspn(*rest, "/");
	*rest += size;
	return size;
}

static void drop_name(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* A path as long as no kernel takes it ends in nothing that is there. */
static void add_name(char path[PATH_MAX], const char *name, size_t size)
{
	size_t length = strlen(path);

	if (size == 1 && name[0] == '.')
		return;
	if (size == 2 && !strncmp(name, "..", 2)) {
		drop_name(path);
	} else if (length + size + 2 < PATH_MAX) {
		path[length] = '/';
		memcpy(path + length + 1, name, size);
		path[length + 1 + size] = '\0';
	}
}

char *tree_path(const char *folder, const char *path)
{
	const char *parts[] = { path[0] == '/' ? "" : folder, path }, *name;
	char done[PATH_MAX] = "";
	size_t size;

	for (int i = 0; i < 2; i++)
		while ((size = next_name(&parts[i], &name)))
			add_name(done, name, size);
	return xstrdup(done[0] ? done : "/");
}

/* A link of the host's at @path, added; a folder of it. Returns what is there now. */
static struct tree_entry *mirror_parent(struct tree *tree, char *path)
{
	struct tree_entry *entry = NULL;
	char target[PATH_MAX];
	ssize_t size = readlink(path, target, sizeof(target) - 1);
	struct stat st;

	if (size > 0) {
		target[size] = '\0';
		entry = add_exactly(tree, path, S_IFLNK | 0777);
		entry->target = xstrdup(target);
	} else if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		entry = add_exactly(tree, path, S_IFDIR | 0755);
	}
	return entry;
}

/*
 * Follows @path through the tree's links to @done; with @mirror the host's links join the tree, and
 * without @last a link at the end stays as it is. Returns 0, or -1 after too many links.
 */
static int resolve(struct tree *tree, const char *path, bool mirror, bool last, char done[PATH_MAX])
{
	unsigned int links = 0;
	char *rest = xstrdup(path);
	const char *at = rest, *name;
	size_t size;

	done[0] = '\0';
	while ((size = next_name(&at, &name)) && links <= MAX_LINKS) {
		struct tree_entry *entry;

		add_name(done, name, size);
		entry = find_exactly(tree, done);
		if (!entry && mirror)
			entry = mirror_parent(tree, done);
		if (entry && entry->target && (last || *at)) {
			char *next = xasprintf("%s/%s", entry->target, at);

			drop_name(done);
			if (next[0] == '/')
				done[0] = '\0';
			free(rest);
			at = rest = next;
			links++;
		}
	}
	free(rest);
	return links <= MAX_LINKS ? 0 : -1;
}

struct tree_entry *tree_find(const struct tree *tree, const char *path)
{
	char done[PATH_MAX];

	if (resolve((struct tree *)tree, path, false, true, done))
		return NULL;
	return find_exactly(tree, done);
}

static void add_parents(struct tree *tree, const char *path)
{
	char *parent = xstrdup(path);

	drop_name(parent);
	if (parent[0] && !find_exactly(tree, parent)) {
		add_parents(tree, parent);
		add_exactly(tree, parent, S_IFDIR | 0755);
	}
	free(parent);
}

/* Returns NULL when something is there; a loop of links counts as that. */
static struct tree_entry *add_new(struct tree *tree, const char *path, mode_t mode)
{
	char done[PATH_MAX];

	if (resolve(tree, path, false, !S_ISLNK(mode), done) || !done[0] ||
	    find_exactly(tree, done))
		return NULL;
	add_parents(tree, done);
	return add_exactly(tree, done, mode);
}

void tree_add_folder(struct tree *tree, const char *path, mode_t mode)
{
	add_new(tree, path, S_IFDIR | mode);
}

void tree_add_link(struct tree *tree, const char *path, const char *target)
{
	struct tree_entry *entry = add_new(tree, path, S_IFLNK | 0777);

	if (entry)
		entry->target = xstrdup(target);
}

void tree_add_device(struct tree *tree, const char *path, mode_t mode, dev_t device)
{
	struct tree_entry *entry = add_new(tree, path, mode);

	if (entry)
		entry->st.st_rdev = device;
}

void tree_add_data(struct tree *tree, const char *path, const void *data, size_t size, mode_t mode)
{
	struct tree_entry *entry = add_new(tree, path, S_IFREG | mode);

	if (!entry)
		return;
	entry->data = data;
	entry->st.st_size = size;
}

struct tree_entry *tree_add_file(struct tree *tree, const char *path, const char *host,
				 const struct stat *st)
{
	struct tree_entry *entry = add_new(tree, path, st->st_mode);

	if (!entry)
		return tree_find(tree, path);
	entry->host = host ? xstrdup(host) : NULL;
	entry->st = *st;
	return entry;
}

const struct stat *tree_open_to_all(struct stat *st)
{
	st->st_mode |= 0444 | (st->st_mode & 0100 ? 0111 : 0);
	st->st_uid = st->st_gid = 0;
	return st;
}

struct tree_entry *tree_mirror(struct tree *tree, const char *path)
{
	struct tree_entry *entry = tree_find(tree, path);
	char done[PATH_MAX];
	struct stat st;

	if (entry && S_ISREG(entry->st.st_mode))
		return entry;
	if (stat(path, &st))
		return NULL;
	if (!S_ISREG(st.st_mode) || resolve(tree, path, true, true, done)) {
		errno = EINVAL;
		return NULL;
	}
	return tree_add_file(tree, done, path, tree_open_to_all(&st));
}

struct walk {
	void (*act)(const struct tree_entry *entry, void *opaque);
	void *opaque;
};

static void visit(const void *node, VISIT which, void *walk)
{
	struct walk *w = walk;

	if (which == postorder || which == leaf)
		w->act(*(struct tree_entry *const *)node, w->opaque);
}

void tree_walk(const struct tree *tree, void (*act)(const struct tree_entry *entry, void *opaque),
	       void *opaque)
{
	struct walk walk = { act, opaque };

	twalk_r(tree->root, visit, &walk);
}

static void free_entry(void *p)
{
	struct tree_entry *entry = p;

	free(entry->path);
	free(entry->host);
	free(entry->target);
	if (entry->needs)
		needs_free(entry->needs);
	free(entry->needs);
	free(entry);
}

void tree_free(struct tree *tree)
{
	tdestroy(tree->root, free_entry);
	tree->root = NULL;
}
