// SPDX-License-Identifier: MIT
#include "tests/unit/combine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/cli/config.h"
#include "vmm/cli/options.h"

void combine(struct settings *s, const char *file, const char *flags)
{
	char *text = xasprintf("numavm plan%s%s", *flags ? " " : "", flags), *rest = text;
	char *argv[24] = { 0 };
	struct options o;
	struct error err;
	int argc = 0;

	while (rest)
		argv[argc++] = strsep(&rest, " ");
	ck_assert_msg(!config_parse("m.conf", file, s, &err), "%s", err.text);
	ck_assert_msg(!options_parse(argc, argv, &o, &err), "%s", err.text);
	settings_override(s, &o.flags);
	ck_assert(!o.flags.nodes && !o.flags.kernel.text && !o.flags.nr_pairs);
	options_free(&o);
	free(text);
}
