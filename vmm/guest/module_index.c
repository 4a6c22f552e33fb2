// SPDX-License-Identifier: MIT
#include "vmm/guest/module_index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/modinfo.h"

#define MAX_DEPTH 64
#define MAX_LIST (64 << 20) /* bytes */

/* As kmod(8) does: not within brackets, where '-' is a range. */
static void make_name(char *name)
{
	bool bracket = false;

	for (; *name; name++) {
		bracket = *name == '[' || (bracket && *name != ']');
		if (*name == '-' && !bracket)
			*name = '_';
	}
}

/* The name of the module that is in a file called @path; to be freed. NULL: in none. */
static char *name_of(const char *path)
{
	static const char *const ends[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t size = strlen(base);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (size > end && !strcmp(base + size - end, ends[i])) {
			char *name = xasprintf("%.*s", (int)(size - end), base);

			make_name(name);
			return name;
		}
	}
	return NULL;
}

/* Arrays grow when their number is a power of two. */
static void *grow(void *array, size_t nr, size_t size)
{
	return nr & (nr - 1) ? array : xrealloc(array, nr ? nr * 2 : 1, size);
}

static void add_entry(struct module_index *index, const char *file, char *path)
{
	char *name = name_of(file);

	if (!name) {
		free(path);
		return;
	}
	index->entries = grow(index->entries, index->nr, sizeof(*index->entries));
	index->entries[index->nr] = (struct module_entry){ name, path, index->nr, !path, 0 };
	index->nr++;
}

static void add_alias(struct module_index *index, const char *pattern, const char *name)
{
	struct module_alias alias = { xstrdup(pattern), xstrdup(name) };

	make_name(alias.pattern);
	make_name(alias.name);
	index->aliases = grow(index->aliases, index->nr_aliases, sizeof(alias));
	index->aliases[index->nr_aliases++] = alias;
}

/* modules.dep(5): "kernel/fs/ext4/ext4.ko: ...", relative to the folder. */
static void take_dep(struct module_index *index, const char *folder, char *line)
{
	line[strcspn(line, ":")] = '\0';
	add_entry(index, line, xasprintf("%s/%s", *line == '/' ? "" : folder, line));
}

static void take_builtin(struct module_index *index, const char *folder, char *line)
{
	(void)folder;
	add_entry(index, line, NULL);
}

/* modules.builtin.modinfo: "ext4.alias=fs-ext4" */
static void take_builtin_alias(struct module_index *index, const char *folder, char *line)
{
	char *key = strchr(line, '.');

	(void)folder;
	if (!key || strncmp(key, ".alias=", strlen(".alias=")))
		return;
	*key = '\0';
	add_alias(index, key + strlen(".alias="), line);
}

/* "alias PATTERN NAME" */
static void take_alias(struct module_index *index, const char *folder, char *line)
{
	char *rest, *pattern, *name;

	(void)folder;
	if (strcmp(strtok_r(line, " ", &rest) ?: "", "alias"))
		return;
	pattern = strtok_r(NULL, " ", &rest);
	name = strtok_r(NULL, " ", &rest);
	if (name)
		add_alias(index, pattern, name);
}

/* NULL when there is none, or it is none: a package may have anything under its name. */
static FILE *open_list(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	free(path);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= MAX_LIST)
		return xcheck(fdopen(fd, "r"));
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* Returns whether the list is there. */
static bool read_list(struct module_index *index, const char *folder, const char *name, char end,
		      void (*take)(struct module_index *, const char *, char *))
{
	FILE *file = open_list(folder, name);
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	if (!file)
		return false;
	while ((size = getdelim(&line, &room, end, file)) > 0) {
		if (line[size - 1] == end)
			line[size - 1] = '\0';
		take(index, folder, line);
	}
	free(line);
	fclose(file);
	return true;
}

static bool is_folder(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

static int walk(struct module_index *index, const char *folder, int depth, struct error *err);

static int take_found(struct module_index *index, const char *folder, DIR *dir,
		      const struct dirent *entry, int depth, struct error *err)
{
	char *path;
	int ret;

	if (entry->d_name[0] == '.')
		return 0;
	path = xasprintf("%s/%s", folder, entry->d_name);
	if (!is_folder(dir, entry)) {
		add_entry(index, entry->d_name, path);
		return 0;
	}
	ret = walk(index, path, depth + 1, err);
	free(path);
	return ret;
}

/* Where depmod has been, it has chosen among files of one name. */
static bool read_depmod(struct module_index *index, const char *folder)
{
	size_t first = index->nr;
	bool aliases;

	if (!read_list(index, folder, "modules.dep", '\n', take_dep))
		return false;
	aliases = read_list(index, folder, "modules.alias", '\n', take_alias);
	for (size_t i = first; i < index->nr; i++)
		index->entries[i].known = aliases;
	return true;
}

static int walk(struct module_index *index, const char *folder, int depth, struct error *err)
{
	const struct dirent *entry;
	int ret = 0;
	DIR *dir;

	if (depth > MAX_DEPTH)
		return error_set(err, "%s: more than %d folders deep", folder, MAX_DEPTH);
	read_list(index, folder, "modules.builtin", '\n', take_builtin);
	read_list(index, folder, "modules.builtin.modinfo", '\0', take_builtin_alias);
	if (read_depmod(index, folder))
		return 0;
	dir = opendir(folder);
	if (!dir)
		return error_errno(err, "%s", folder);
	while (!ret && (entry = readdir(dir)))
		ret = take_found(index, folder, dir, entry, depth, err);
	closedir(dir);
	return ret;
}

static int compare_entries(const void *a, const void *b)
{
	const struct module_entry *one = a, *other = b;
	int ret = strcmp(one->name, other->name);

	return ret ? ret : (one->at > other->at) - (one->at < other->at);
}

int module_index_make(struct module_index *index, char *const *folders, struct error *err)
{
	for (; *folders; folders++)
		if (walk(index, *folders, 0, err))
			return -1;
	if (index->nr)
		qsort(index->entries, index->nr, sizeof(*index->entries), compare_entries);
	return 0;
}

void module_index_free(struct module_index *index)
{
	for (size_t i = 0; i < index->nr; i++) {
		free(index->entries[i].name);
		free(index->entries[i].path);
	}
	for (size_t i = 0; i < index->nr_aliases; i++) {
		free(index->aliases[i].pattern);
		free(index->aliases[i].name);
	}
	free(index->entries);
	free(index->aliases);
	*index = (struct module_index){ 0 };
}

struct module_entry *module_index_find(const struct module_index *index, const char *name)
{
	char *wanted = xstrdup(name);
	size_t low = 0, high = index->nr;

	make_name(wanted);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(index->entries[middle].name, wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->nr || strcmp(index->entries[low].name, wanted))
		low = index->nr;
	free(wanted);
	return low < index->nr ? &index->entries[low] : NULL;
}

static void take_aliases(struct module_index *index, const struct module_entry *entry)
{
	struct modinfo info = { 0 };
	const char *alias = NULL;
	struct error ignored;
	struct file file;

	if (modinfo_open(&file, entry->path, &ignored))
		return;
	if (!modinfo_read(&info, &file, &ignored))
		while ((alias = modinfo_next(&info, "alias", alias)))
			add_alias(index, alias, entry->name);
	modinfo_free(&info);
	file_close(&file);
}

bool module_index_scan(struct module_index *index)
{
	size_t before = index->nr_aliases;

	for (size_t i = 0; i < index->nr; i++) {
		if (!index->entries[i].known)
			take_aliases(index, &index->entries[i]);
		index->entries[i].known = true;
	}
	return index->nr_aliases > before;
}

struct module_entry *module_index_match(const struct module_index *index, const char *name,
					size_t *at)
{
	struct module_entry *found = NULL;
	char *wanted = xstrdup(name);

	make_name(wanted);
	while (!found && *at < index->nr_aliases) {
		const struct module_alias *alias = &index->aliases[(*at)++];

		if (!fnmatch(alias->pattern, wanted, 0))
			found = module_index_find(index, alias->name);
	}
	free(wanted);
	return found;
}
