// SPDX-License-Identifier: MIT
#include "vmm/guest/user_files.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"

/* HOST[:GUEST]; a HOST that is there with its colon is taken whole. */
struct pair {
	char *host, *guest;
};

static bool has_dots(const char *path)
{
	for (const char *at = path; (at = strstr(at, "..")); at += 2)
		if ((at == path || at[-1] == '/') && (!at[2] || at[2] == '/'))
			return true;
	return false;
}

static int split(struct pair *pair, const char *text, const char *option, struct error *err)
{
	const char *colon = access(text, F_OK) ? strrchr(text, ':') : NULL;
	const char *guest = colon ? colon + 1 : text;

	if (has_dots(guest))
		return error_set(err,
				 "%s %s: the path in the guest, %s, has \"..\": give it as "
				 "HOST:GUEST, from / on",
				 option, text, guest);
	pair->host = colon ? xasprintf("%.*s", (int)(colon - text), text) : xstrdup(text);
	pair->guest = tree_path("/", guest);
	return 0;
}

static void free_pair(struct pair *pair)
{
	free(pair->host);
	free(pair->guest);
}

static void map_owner(struct stat *st)
{
	if (st->st_uid == geteuid())
		st->st_uid = 0;
	if (st->st_gid == getegid())
		st->st_gid = 0;
}

static int add_file(struct tree *tree, const char *text, struct error *err)
{
	struct pair pair;
	struct stat st;
	int ret = 0;

	if (split(&pair, text, "--file", err))
		return -1;
	if (stat(pair.host, &st))
		ret = error_errno(err, "--file %s", pair.host);
	else if (!S_ISREG(st.st_mode))
		ret = error_set(err, "--file %s: not a regular file: use --dir for a folder",
				pair.host);
	else if (text[strlen(text) - 1] == '/')
		ret = error_set(
			err, "--file %s: %s is a folder: give the file's name too, as in %s%s",
			text, strrchr(text, ':') + 1, strrchr(text, ':') + 1, basename(pair.host));
	else
		map_owner(&st);
	if (!ret)
		tree_add_file(tree, pair.guest, pair.host, &st);
	free_pair(&pair);
	return ret;
}

static int add_link(struct tree *tree, const char *path, const FTSENT *file, struct error *err)
{
	char target[PATH_MAX];
	ssize_t size = readlink(file->fts_accpath, target, sizeof(target) - 1);

	if (size < 0)
		return error_errno(err, "%s", file->fts_path);
	target[size] = '\0';
	tree_add_link(tree, path, target);
	return 0;
}

static int add_one(struct tree *tree, const char *path, const FTSENT *file, struct error *err)
{
	struct stat st = *file->fts_statp;

	map_owner(&st);
	switch (file->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = file->fts_errno;
		return error_errno(err, "%s", file->fts_path);
	case FTS_SL:
	case FTS_SLNONE:
		return add_link(tree, path, file, err);
	case FTS_DP:
	case FTS_DC:
		return 0;
	default:
		tree_add_file(tree, path, S_ISREG(st.st_mode) ? file->fts_path : NULL, &st);
		return 0;
	}
}

/* A folder, itself and all that is in it. */
static int add_folder(struct tree *tree, const struct pair *pair, struct error *err)
{
	char *const paths[] = { pair->host, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	const size_t skip = strlen(pair->host);
	const FTSENT *file;
	int ret = 0;

	if (!fts)
		return error_errno(err, "%s", pair->host);
	while (!ret && (file = fts_read(fts))) {
		char *path = xasprintf("%s/%s", pair->guest, file->fts_path + skip);

		ret = add_one(tree, path, file, err);
		free(path);
	}
	fts_close(fts);
	return ret;
}

static int add_dir(struct tree *tree, const char *text, const char *option, struct error *err)
{
	struct pair pair;
	struct stat st;
	int ret = 0;

	if (split(&pair, text, option, err))
		return -1;
	if (stat(pair.host, &st))
		ret = error_errno(err, "%s", pair.host);
	else if (!S_ISDIR(st.st_mode))
		ret = error_set(err, "%s: not a folder: use --file for a file", pair.host);
	if (ret || add_folder(tree, &pair, err))
		ret = error_prefix(err, "%s ", option);
	free_pair(&pair);
	return ret;
}

int user_files_add(struct tree *tree, const struct command *command, struct error *err)
{
	char *root = command->root ? xasprintf("%s:/", command->root) : NULL;
	char *const *list;
	int ret = 0;

	for (list = command->files; !ret && list && *list; list++)
		ret = add_file(tree, *list, err);
	for (list = command->dirs; !ret && list && *list; list++)
		ret = add_dir(tree, *list, "--dir", err);
	if (!ret && root)
		ret = add_dir(tree, root, "--root", err);
	free(root);
	return ret;
}

static int close_file(struct closure *closure, const char *text, struct error *err)
{
	struct tree_entry *entry;
	struct pair pair;

	if (split(&pair, text, "--file", err))
		return -1;
	entry = tree_find(closure->tree, pair.guest);
	free_pair(&pair);
	return entry ? closure_add(closure, entry, err) : 0;
}

/* Those of the tree that may be programs or libraries: as it is walked, nothing can join it. */
struct programs {
	struct tree_entry **list;
	size_t nr;
};

static void note_program(const struct tree_entry *entry, void *programs)
{
	struct programs *p = programs;

	if (!entry->host || !((entry->st.st_mode & 0111) || strstr(entry->path, ".so")))
		return;
	p->list = xrealloc(p->list, p->nr + 1, sizeof(p->list[0]));
	p->list[p->nr++] = (struct tree_entry *)entry;
}

static int close_folders(struct closure *closure, struct error *err)
{
	struct programs p = { 0 };
	int ret = 0;

	closure->lenient = true;
	tree_walk(closure->tree, note_program, &p);
	for (size_t i = 0; !ret && i < p.nr; i++)
		ret = closure_add(closure, p.list[i], err);
	closure->lenient = false;
	free(p.list);
	return ret;
}

int user_files_close(struct closure *closure, const struct command *command, struct error *err)
{
	for (char *const *file = command->files; file && *file; file++)
		if (close_file(closure, *file, err))
			return -1;
	return command->dirs && *command->dirs ? close_folders(closure, err) : 0;
}
