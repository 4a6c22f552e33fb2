// SPDX-License-Identifier: MIT
#include "vmm/guest/modules.h"

#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/guest/modinfo.h"
#include "vmm/guest/module_index.h"

#define MAX_DEPTH 64 /* of dependencies, whose files are open meanwhile */
#define MAX_SIZE (256ULL << 20) /* the largest, with debug information */

enum { WAITS, LOADING, LOADED }; /* module_entry.state */

struct search {
	struct modules *modules;
	struct module_index index;
	const char *release;
	char *where; /* the folders, for messages */
	unsigned int depth;
};

static int load_entry(struct search *s, struct module_entry *entry, bool optional,
		      struct error *err);

static struct module_entry *find_alias(struct search *s, const char *name, size_t *at)
{
	struct module_entry *entry = module_index_match(&s->index, name, at);

	if (!entry && module_index_scan(&s->index))
		entry = module_index_match(&s->index, name, at);
	return entry;
}

/* All that an alias names, as modprobe(8): which of them drives a device is the kernel's to say. */
static int load_alias(struct search *s, const char *name, bool optional, struct error *err)
{
	struct module_entry *entry = module_index_find(&s->index, name), *next;
	size_t at = 0;

	if (entry)
		return load_entry(s, entry, optional, err);
	entry = find_alias(s, name, &at);
	if (!entry)
		return optional ? 0
				: error_set(
					  err,
					  "module %s is not in %s: if it is built into the kernel, "
					  "leave it out; else name its folder with --module-dir",
					  name, s->where);
	while ((next = module_index_match(&s->index, name, &at))) {
		if (next == entry)
			continue;
		optional = true;
		if (load_entry(s, next, true, err))
			return -1;
	}
	return load_entry(s, entry, optional, err);
}

/* For each word of @text. */
static int load_list(struct search *s, const char *text, const char *separators, bool optional,
		     int (*load)(struct search *, const char *, bool, struct error *),
		     struct error *err)
{
	char *list = xstrdup(text), *rest;
	int ret = 0;

	for (char *name = strtok_r(list, separators, &rest); name && !ret;
	     name = strtok_r(NULL, separators, &rest))
		ret = load(s, name, optional, err);
	free(list);
	return ret;
}

static int load_needed(struct search *s, const char *name, bool optional, struct error *err)
{
	struct module_entry *entry = module_index_find(&s->index, name);

	if (entry)
		return load_entry(s, entry, optional, err);
	return error_set(err,
			 "needs module %s, which is not in %s: name its folder with --module-dir",
			 name, s->where);
}

/* modules.softdep(5): "pre: a b post: c". A circle of them is the kernel's own doing. */
static int load_pre(struct search *s, const char *name, bool optional, struct error *err)
{
	const struct module_entry *entry = module_index_find(&s->index, name);

	return entry && entry->state ? 0 : load_alias(s, name, optional, err);
}

static int load_softdep(struct search *s, const char *text, struct error *err)
{
	const char *pre = strstr(text, "pre:"), *end;
	char *list;
	int ret;

	if (!pre)
		return 0;
	pre += strlen("pre:");
	end = strstr(pre, "post:");
	list = xasprintf("%.*s", (int)(end ? (size_t)(end - pre) : strlen(pre)), pre);
	ret = load_list(s, list, " \t", true, load_pre, err);
	free(list);
	return ret;
}

static int load_before(struct search *s, const struct modinfo *info, bool optional,
		       struct error *err)
{
	const char *text = NULL;

	while ((text = modinfo_next(info, "softdep", text)))
		if (load_softdep(s, text, err))
			return -1;
	while ((text = modinfo_next(info, "depends", text)))
		if (load_list(s, text, ",", optional, load_needed, err))
			return -1;
	return 0;
}

/* Its first word is the kernel's release, include/linux/vermagic.h. */
static int check_release(const struct search *s, const struct modinfo *info, struct error *err)
{
	const char *magic = modinfo_next(info, "vermagic", NULL);
	int size;

	if (!magic)
		return error_set(err, "has no vermagic: not a kernel module");
	size = strcspn(magic, " ");
	if ((size_t)size == strlen(s->release) && !strncmp(magic, s->release, size))
		return 0;
	return error_set(err,
			 "is for kernel %.*s, and this one is %s: give the folder of its own "
			 "modules with --module-dir",
			 size, magic, s->release);
}

static int add_module(struct search *s, const struct module_entry *entry, const struct file *file,
		      bool optional, struct error *err)
{
	struct modules *modules = s->modules;
	struct module *module;

	if (file->size > MAX_SIZE)
		return error_set(err, "has more than %llu MiB: strip it of debug information",
				 MAX_SIZE >> 20);
	modules->list = xrealloc(modules->list, modules->nr + 1, sizeof(*module));
	module = &modules->list[modules->nr++];
	*module =
		(struct module){ xstrdup(entry->name), xmalloc(file->size), file->size, optional };
	return file_read(file, 0, module->data, file->size, err);
}

static int load_file(struct search *s, const struct module_entry *entry, const struct file *file,
		     bool optional, struct error *err)
{
	struct modinfo info;
	int ret = modinfo_read(&info, file, err);

	if (ret)
		goto out;
	ret = check_release(s, &info, err) || load_before(s, &info, optional, err) ||
	      add_module(s, entry, file, optional, err);
	if (ret)
		error_prefix(err, "%s: ", entry->path);
out:
	modinfo_free(&info);
	return ret ? -1 : 0;
}

/* Of a module that is there by now, and that more depend on, the strictest word holds. */
static void want(struct modules *modules, const char *name)
{
	for (unsigned int i = 0; i < modules->nr; i++)
		if (!strcmp(modules->list[i].name, name))
			modules->list[i].optional = false;
}

static int load_entry(struct search *s, struct module_entry *entry, bool optional,
		      struct error *err)
{
	struct file file;
	int ret;

	if (!optional && entry->state == LOADED)
		want(s->modules, entry->name);
	if (!entry->path || entry->state == LOADED)
		return 0;
	if (entry->state == LOADING)
		return error_set(err, "a circle: it comes back to module %s", entry->name);
	if (s->depth == MAX_DEPTH)
		return error_set(err, "more than %d modules, each needing the next", MAX_DEPTH);
	if (modinfo_open(&file, entry->path, err))
		return -1;
	entry->state = LOADING;
	s->depth++;
	ret = load_file(s, entry, &file, optional, err);
	s->depth--;
	entry->state = LOADED;
	file_close(&file);
	return ret;
}

static char *join(char *const *folders)
{
	char *text = xstrdup(*folders);

	while (*++folders) {
		char *longer = xasprintf("%s, %s", text, *folders);

		free(text);
		text = longer;
	}
	return text;
}

int modules_find(struct modules *modules, const char *names, char *const *folders,
		 const char *release, struct error *err)
{
	struct search s = { .modules = modules, .release = release };
	char *own[] = { xasprintf("/lib/modules/%s", release), NULL };
	bool named = folders && *folders;
	int ret;

	*modules = (struct modules){ 0 };
	folders = named ? folders : own;
	s.where = join(folders);
	ret = module_index_make(&s.index, folders, err);
	if (ret && !named)
		error_prefix(err, "no modules of kernel %s, name their folder with --module-dir: ",
			     release);
	ret = ret || load_list(&s, names, ",", false, load_alias, err);
	module_index_free(&s.index);
	free(s.where);
	free(own[0]);
	return ret ? error_prefix(err, "--modules %s: ", names) : 0;
}

void modules_free(struct modules *modules)
{
	for (unsigned int i = 0; i < modules->nr; i++) {
		free(modules->list[i].name);
		free(modules->list[i].data);
	}
	free(modules->list);
	*modules = (struct modules){ 0 };
}
