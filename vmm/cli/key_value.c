// SPDX-License-Identifier: MIT
/* The values of keys: parsed, kept, copied and told. */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"
#include "mem/placement.h"
#include "mem/size.h"
#include "mem/xalloc.h"
#include "vmm/cli/keys.h"

static const char *const pins[] = { "node", "core", "none" }; /* enum placement_pin */

/* The first bytes of a number are its low ones, however wide it is kept. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "key_number() and set()");

uint64_t key_number(const struct key *key, const void *fields)
{
	uint64_t number = 0;

	memcpy(&number, (const char *)fields + key->number, key->size);
	return number;
}

static char ***list_of(const struct key *key, const void *fields)
{
	return (char ***)((char *)fields + key->list);
}

static char **text_of(const struct key *key, const void *fields)
{
	return (char **)((char *)fields + key->text);
}

const char *key_name(const struct key *key, const void *fields)
{
	if (key->text && *text_of(key, fields))
		return *text_of(key, fields);
	if (key->type == KEY_PIN)
		return pins[key_number(key, fields)];
	return key->name_of ? key->name_of(key_number(key, fields)) : NULL;
}

/* Takes over @text. */
static void set(const struct key *key, void *fields, uint64_t number, char *text)
{
	memcpy((char *)fields + key->number, &number, key->size);
	if (key->text) {
		free(*text_of(key, fields));
		*text_of(key, fields) = text;
	}
}

static void list_append(char ***list, const char *text)
{
	size_t nr = 0;

	while (*list && (*list)[nr])
		nr++;
	*list = xrealloc(*list, nr + 2, sizeof(**list));
	(*list)[nr] = xstrdup(text);
	(*list)[nr + 1] = NULL;
}

static void list_free(char ***list)
{
	for (char **text = *list; text && *text; text++)
		free(*text);
	free(*list);
	*list = NULL;
}

void key_copy(const struct key *key, void *to, const void *from)
{
	char *text = key->text ? *text_of(key, from) : NULL;

	set(key, to, key_number(key, from), text ? xstrdup(text) : NULL);
}

void slot_copy(struct slot to, struct slot from)
{
	key_copy(to.key, to.fields, from.fields);
	*to.where = *from.where;
}

void slot_clear(struct slot slot)
{
	set(slot.key, slot.fields, 0, NULL);
	if (slot.key->list)
		list_free(list_of(slot.key, slot.fields));
	*slot.where = (struct where){ 0 };
}

int where_error(struct error *err, const struct where *where)
{
	if (!where->name)
		return -1;
	if (where->line)
		return error_prefix(err, "%s:%d: ", where->name, where->line);
	return error_prefix(err, "%s: ", where->name);
}

/* A flag's path is as it is; one in a file is relative to the file's folder. Pipes have none. */
static char *take_path(const char *path, const struct where *place)
{
	char *copy, *joined;

	if (!place->line || path[0] == '/' || !strncmp(place->name, "/dev/", 5) ||
	    !strncmp(place->name, "/proc/", 6))
		return xstrdup(path);
	copy = xstrdup(place->name);
	joined = xasprintf("%s/%s", dirname(copy), path);
	free(copy);
	return joined;
}

static int parse_yes_no(const struct key *key, const char *text, uint64_t *value, struct error *err)
{
	*value = !strcmp(text, "yes");
	if (*value || !strcmp(text, "no"))
		return 0;
	return error_set(err, "%s = \"%s\": must be yes or no", key->name, text);
}

static int parse_pin(const char *text, uint64_t *pin, char **cpus, struct error *err)
{
	for (*pin = 0; *pin < PLACEMENT_PIN_LIST; ++*pin)
		if (!strcmp(text, pins[*pin]))
			return 0;
	if (host_list_is_sound(text)) {
		*cpus = xstrdup(text);
		return 0;
	}
	return error_set(
		err, "pin = \"%s\": must be node, core, none or a list of CPUs, as in 0-3,8", text);
}

static int parse(const struct key *key, const char *text, uint64_t *number, char **string,
		 struct error *err)
{
	unsigned int name;

	switch (key->type) {
	case KEY_SIZE:
		return size_parse(text, key->min, number, err);
	case KEY_COUNT:
		return size_parse_count(text, key->min, key->max, number, err);
	case KEY_DURATION:
		return size_parse_duration(text, number, err);
	case KEY_YES_NO:
		return parse_yes_no(key, text, number, err);
	case KEY_PIN:
		return parse_pin(text, number, string, err);
	case KEY_NAME:
		if (key->parse(text, &name, err))
			return -1;
		*number = name;
		return 0;
	default:
		if (key->check && key->check(text, err))
			return -1;
		*string = key->text ? xstrdup(text) : NULL;
		return 0;
	}
}

int slot_read(struct slot slot, const char *text, struct where where, struct error *err)
{
	const struct key *key = slot.key;
	char separator = key->type == KEY_WORDS ? ' ' : key->type == KEY_NAMES ? ',' : 0;
	const char *before = separator ? *text_of(key, slot.fields) : NULL;
	char *string = NULL, *both;
	uint64_t number = 0;

	if (key->type == KEY_PATH)
		string = take_path(text, &where);
	else if (parse(key, text, &number, &string, err)) {
		/* The parsers of mem/ name their keys; -m and --cores do too. */
		if (strncmp(err->text, key->name, strlen(key->name)) &&
		    (!key->flag || strcmp(where.name, key->flag)))
			error_prefix(err, "%s = ", key->name);
		return where_error(err, &where);
	}
	if (before) {
		both = xasprintf("%s%c%s", before, separator, string);
		free(string);
		string = both;
	}
	set(key, slot.fields, number, string);
	if (key->list)
		list_append(list_of(key, slot.fields), text);
	*slot.where = where;
	return 0;
}
