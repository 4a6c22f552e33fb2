// SPDX-License-Identifier: MIT
#include "tests/unit/combine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/cli/config.h"
#include "vmm/verbs.h"

int try_combine(struct settings *s, const char *file, const char *flags, struct error *err)
{
	char *text = xasprintf("numavm plan%s%s", *flags ? " " : "", flags), *rest = text;
	char *argv[24] = { 0 };
	const struct verb *verb;
	struct settings other;
	int argc = 0, ret;

	while (rest)
		argv[argc++] = strsep(&rest, " ");
	ret = options_parse(argc, argv, verbs, &verb, s, err) ||
	      config_parse("m.conf", file, &other, err);
	free(text);
	if (ret) {
		settings_free(s);
		return -1;
	}
	settings_merge(s, &other);
	ck_assert(!other.nodes && !other.kernel && !other.distances);
	return 0;
}

void combine(struct settings *s, const char *file, const char *flags)
{
	struct error err;

	ck_assert_msg(!try_combine(s, file, flags, &err), "%s", err.text);
}

const char *text_of(struct settings *s, struct settings_node *node, const char *name)
{
	const struct key *key = key_find(name, node ? KEY_IN_NODE : KEY_IN_FILE);
	struct slot slot;

	ck_assert_ptr_nonnull(key);
	slot = settings_slot(s, node, key);
	if (!slot.where->name)
		return NULL;
	if (key->type == KEY_YES_NO)
		return key_number(key, slot.fields) ? "yes" : "no";
	return key_name(key, slot.fields);
}
