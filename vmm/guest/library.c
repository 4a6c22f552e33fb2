// SPDX-License-Identifier: MIT
#include "vmm/guest/library.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"

/* The loader's cache, glibc's sysdeps/generic/dl-cache.h; offsets are from the header. */
struct cache_header {
	char magic[20]; /* with a version */
	uint32_t nr;
	uint32_t strings_size, flags, extensions, unused[3];
};

struct cache_entry {
	int32_t flags;
	uint32_t key, value; /* texts: the library's name, its path */
	uint32_t unused;
	uint64_t hwcap;
};

_Static_assert(sizeof(struct cache_header) == 48, "struct cache_file_new");
_Static_assert(sizeof(struct cache_entry) == 24, "struct file_entry_new");

#define CACHE_MAGIC "glibc-ld.so.cache1.1"

/* A search: one name for one object. */
struct search {
	const struct libraries *libraries;
	const struct object *object;
	const char *name;
	struct tree_entry *found;
};

/*
 * The multiarch folder of Debian and its kin, and what others call the folder for the class. Those
 * of 32 bits are in the loader's cache.
 */
static void name_machine(const struct needs *needs, const char **multiarch, const char **lib)
{
	*lib = needs->class == ELFCLASS64 ? "lib64" : "lib";
	*multiarch = needs->machine == EM_X86_64    ? "x86_64-linux-gnu"
		     : needs->machine == EM_AARCH64 ? "aarch64-linux-gnu"
						    : "";
}

/* The same path on both sides, of the machine that asks. */
static bool try_path(struct search *s, const char *path)
{
	struct tree_entry *entry;

	if (!needs_same_machine(s->object->needs, path))
		return false;
	entry = tree_mirror(s->libraries->tree, path);
	if (!s->found)
		s->found = entry;
	return entry;
}

/* What is there in the guest, by the user's wish, comes first. */
static bool try_folder(struct search *s, const char *host, const char *guest)
{
	char *from = tree_path(host, s->name), *to = tree_path(guest, s->name);
	struct tree_entry *entry = tree_find(s->libraries->tree, to);
	struct stat st;

	if (!strcmp(from, to)) {
		if (!entry)
			try_path(s, from);
	} else if (!entry && needs_same_machine(s->object->needs, from) && !stat(from, &st)) {
		entry = tree_add_file(s->libraries->tree, to, from, &st);
	}
	if (!s->found && entry && entry->host && needs_same_machine(s->object->needs, entry->host))
		s->found = entry;
	free(from);
	free(to);
	return s->found;
}

/* The builds for CPUs of some level, of which the guest's loader picks one. */
static void try_levels(struct search *s, const char *host, const char *guest)
{
	char *levels = tree_path(host, "glibc-hwcaps");
	const struct dirent *entry;
	DIR *dir = opendir(levels);

	while (dir && (entry = readdir(dir))) {
		struct search level = *s;
		char *from = xasprintf("%s/%s", levels, entry->d_name);
		char *to = xasprintf("%s/glibc-hwcaps/%s", guest, entry->d_name);

		level.found = NULL;
		if (entry->d_name[0] != '.' && try_folder(&level, from, to) && !s->found)
			s->found = level.found;
		free(from);
		free(to);
	}
	if (dir)
		closedir(dir);
	free(levels);
}

static bool try_both(struct search *s, const char *host, const char *guest)
{
	bool found = try_folder(s, host, guest);

	if (found)
		try_levels(s, host, guest);
	return found;
}

/* @text with $ORIGIN, $LIB and $PLATFORM put in; the last has no meaning that is worth a search. */
static char *expand(const char *text, const char *origin, const char *lib)
{
	char *done = xstrdup(""), *next;

	while (*text) {
		size_t plain = strcspn(text, "$"), braces = text[plain] && text[plain + 1] == '{';
		const char *token = text + plain + 1 + braces, *value = NULL;
		size_t size = 0;

		if (text[plain] && !strncmp(token, "ORIGIN", 6))
			value = origin, size = 6;
		else if (text[plain] && !strncmp(token, "LIB", 3))
			value = lib, size = 3;
		next = xasprintf("%s%.*s%s", done, (int)plain, text, value ? value : "");
		free(done);
		done = next;
		text += plain + (text[plain] != 0) + (value ? size + 2 * braces : 0);
	}
	return done;
}

static bool try_one(struct search *s, const char *folder, const struct object *origin)
{
	const char *multiarch, *lib;
	char *libs[2], *host, *guest;
	bool found = false;

	name_machine(s->object->needs, &multiarch, &lib);
	libs[0] = xasprintf("lib/%s", multiarch); /* $LIB is what the loader was built with */
	libs[1] = xstrdup(lib);
	for (int i = 0; i < 2; i++) {
		host = expand(folder, origin->host, libs[i]);
		guest = expand(folder, origin->guest, libs[i]);
		if (!found)
			found = try_both(s, host, guest);
		free(host);
		free(guest);
		free(libs[i]);
	}
	return found;
}

/* A list with colons, or NULL. */
static bool try_list(struct search *s, const char *list, const struct object *origin)
{
	char *copy, *rest, *folder;
	bool found = false;

	if (!list)
		return false;
	rest = copy = xstrdup(list);
	while (!found && (folder = strsep(&rest, ":")))
		found = *folder && try_one(s, folder, origin);
	free(copy);
	return found;
}

/* A RUNPATH puts out the RPATHs of an object and of all that loaded it. */
static bool try_rpaths(struct search *s)
{
	const struct object *at = s->object->needs->runpath ? NULL : s->object;

	for (; at; at = at->loader)
		if (!at->needs->runpath && try_list(s, at->needs->rpath, at))
			return true;
	return false;
}

static bool has_text(const struct libraries *l, uint64_t at)
{
	return at < l->cache_size && memchr(l->cache + at, 0, l->cache_size - at);
}

/* All of the name, since the guest's loader picks by its CPU and its kernel. */
static bool try_cache(struct search *s)
{
	const struct libraries *l = s->libraries;
	struct cache_header header;
	struct cache_entry entry;
	uint64_t base, at;
	char *start;

	start = l->cache ? memmem(l->cache, l->cache_size, CACHE_MAGIC, strlen(CACHE_MAGIC)) : NULL;
	base = start ? start - l->cache : 0;
	if (!start || l->cache_size - base < sizeof(header))
		return false;
	memcpy(&header, start, sizeof(header));
	for (uint64_t i = 0; i < header.nr; i++) {
		at = base + sizeof(header) + i * sizeof(entry);
		if (at + sizeof(entry) > l->cache_size)
			break;
		memcpy(&entry, l->cache + at, sizeof(entry));
		if (has_text(l, base + entry.key) && has_text(l, base + entry.value) &&
		    !strcmp(start + entry.key, s->name))
			try_path(s, start + entry.value);
	}
	if (s->found)
		tree_mirror(l->tree, LIBRARY_CACHE);
	return s->found;
}

static bool try_defaults(struct search *s)
{
	static const char *const parents[] = { "", "/usr", "/usr/local" };
	const char *names[] = { NULL, NULL, "lib" }, *multiarch;
	bool found = false;
	char *debian;

	name_machine(s->object->needs, &multiarch, &names[1]);
	names[0] = debian = xasprintf("lib/%s", multiarch);
	for (int i = 0; i < 9 && !found; i++) {
		char *folder = xasprintf("%s/%s", parents[i % 3], names[i / 3]);

		found = try_both(s, folder, folder);
		free(folder);
	}
	free(debian);
	return found;
}

struct tree_entry *libraries_find(const struct libraries *libraries, const struct object *object,
				  const char *name)
{
	struct search s = { .libraries = libraries, .object = object, .name = name };

	if (strchr(name, '/')) {
		try_path(&s, name);
		return s.found;
	}
	if (!try_rpaths(&s) && !try_list(&s, libraries->path, object) &&
	    !try_list(&s, object->needs->runpath, object) && !try_cache(&s))
		try_defaults(&s);
	return s.found;
}

void libraries_open(struct libraries *libraries, struct tree *tree, const char *path)
{
	int fd = open(LIBRARY_CACHE, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got;

	*libraries = (struct libraries){ .tree = tree, .path = path };
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size) {
		libraries->cache = xmalloc(st.st_size);
		got = pread(fd, libraries->cache, st.st_size, 0);
		libraries->cache_size = got > 0 ? got : 0;
	}
	close(fd);
}

void libraries_close(struct libraries *libraries)
{
	free(libraries->cache);
	*libraries = (struct libraries){ 0 };
}
