// SPDX-License-Identifier: MIT
#include "vmm/guest/closure.h"

#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"

#define CURE "install it, or give it with --file or --dir"

/* A program and its libraries, in the order in which the loader takes them. */
struct program {
	struct object **objects;
	unsigned int nr;
};

static const struct needs *read_needs(struct tree_entry *entry, struct error *err)
{
	struct needs needs;

	if (!entry->needs && !needs_read(&needs, entry->host, err)) {
		entry->needs = xmalloc(sizeof(needs));
		*entry->needs = needs;
	}
	return entry->needs;
}

static char *folder_of(const char *path)
{
	char *parent = xasprintf("%s/..", path), *folder = tree_path("/", parent);

	free(parent);
	return folder;
}

/* $ORIGIN is where the file itself is, after all links. */
static char *host_folder(const char *path)
{
	char *real = realpath(path, NULL), *folder = folder_of(real ? real : path);

	free(real);
	return folder;
}

static int load(struct program *p, struct tree_entry *entry, const char *name,
		const struct object *loader, struct error *err)
{
	const struct needs *needs = read_needs(entry, err);
	struct object *object;

	if (!needs)
		return -1;
	object = xcalloc(1, sizeof(*object));
	*object = (struct object){ needs, loader, xstrdup(name), host_folder(entry->host),
				   folder_of(entry->path) };
	p->objects = xrealloc(p->objects, p->nr + 1, sizeof(struct object *));
	p->objects[p->nr++] = object;
	return 0;
}

static bool is_loaded(const struct program *p, const char *name)
{
	for (unsigned int i = 0; i < p->nr; i++)
		if (!strcmp(p->objects[i]->name, name) ||
		    (p->objects[i]->needs->soname && !strcmp(p->objects[i]->needs->soname, name)))
			return true;
	return false;
}

static int load_needed(struct closure *c, struct program *p, const struct object *object,
		       struct error *err)
{
	struct tree_entry *entry;

	for (char **name = object->needs->libraries; name && *name; name++) {
		if (is_loaded(p, *name))
			continue;
		entry = libraries_find(&c->libraries, object, *name);
		if (!entry && c->lenient)
			continue;
		if (!entry)
			return error_set(err, "%s needs the library %s, which is not found: " CURE,
					 object->name, *name);
		if (load(p, entry, *name, object, err))
			return -1;
	}
	return 0;
}

static void free_program(struct program *p)
{
	while (p->nr) {
		struct object *object = p->objects[--p->nr];

		free(object->name);
		free(object->host);
		free(object->guest);
		free(object);
	}
	free(p->objects);
}

static int add_libraries(struct closure *c, struct tree_entry *entry, struct error *err)
{
	struct program p = { 0 };
	int ret = load(&p, entry, entry->host, NULL, err);

	for (unsigned int i = 0; !ret && i < p.nr; i++)
		ret = load_needed(c, &p, p.objects[i], err);
	free_program(&p);
	return ret;
}

/*
 * Absolute: at the same path. In the guest by the user's wish: that. With @executable it is only
 * what somebody may execute.
 */
static struct tree_entry *place(const struct closure *c, const char *path, bool executable)
{
	char *guest = tree_path(c->chdir, path);
	struct tree_entry *entry = tree_find(c->tree, guest);
	struct stat st = { 0 };

	if (entry)
		st = entry->st;
	if ((!entry && stat(path, &st)) || !S_ISREG(st.st_mode) ||
	    (executable && !(st.st_mode & 0111)))
		entry = NULL;
	else if (!entry && path[0] == '/')
		entry = tree_mirror(c->tree, path);
	else if (!entry)
		entry = tree_add_file(c->tree, guest, path, tree_open_to_all(&st));
	free(guest);
	return entry && S_ISREG(entry->st.st_mode) ? entry : NULL;
}

struct tree_entry *closure_find(const struct closure *c, const char *name)
{
	char *list, *rest, *folder, *path;
	struct tree_entry *entry = NULL;

	if (strchr(name, '/'))
		return place(c, name, false);
	rest = list = xstrdup(c->path);
	while (!entry && (folder = strsep(&rest, ":"))) {
		path = xasprintf("%s%s%s", folder, *folder ? "/" : "", name);
		entry = place(c, path, true);
		free(path);
	}
	free(list);
	return entry;
}

static int add_interpreter(struct closure *c, const char *name, const char *who, struct error *err)
{
	struct tree_entry *entry = closure_find(c, name);

	if (!entry && c->lenient)
		return 0;
	if (!entry)
		return error_set(err, "%s needs the interpreter %s, which is not found: " CURE, who,
				 name);
	return closure_add(c, entry, err);
}

static bool is_env(const char *interpreter)
{
	const char *slash = strrchr(interpreter, '/');

	return !strcmp(slash ? slash + 1 : interpreter, "env");
}

/* env(1): the first word that is no option and sets no variable. */
static int add_env(struct closure *c, const struct needs *needs, const char *who, struct error *err)
{
	char *copy = xstrdup(needs->argument ? needs->argument : ""), *rest = copy, *word;
	int ret = 0;

	while ((word = strsep(&rest, " \t")))
		if (*word && *word != '-' && !strchr(word, '=')) {
			ret = add_interpreter(c, word, who, err);
			break;
		}
	free(copy);
	return ret;
}

int closure_add(struct closure *c, struct tree_entry *entry, struct error *err)
{
	const struct needs *needs;

	if (entry->closed || !entry->host)
		return 0;
	entry->closed = true;
	needs = read_needs(entry, err);
	if (!needs)
		return -1;
	if (needs->interpreter && add_interpreter(c, needs->interpreter, entry->host, err))
		return -1;
	if (needs->kind == NEEDS_SCRIPT && needs->interpreter && is_env(needs->interpreter))
		return add_env(c, needs, entry->host, err);
	return needs->kind == NEEDS_ELF ? add_libraries(c, entry, err) : 0;
}
