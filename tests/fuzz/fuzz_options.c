// SPDX-License-Identifier: MIT
/* The command line: an argument is a line of the input. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support.h"
#include "vmm/verbs.h"

#define MAX_ARGUMENTS 64

static int split(char *text, char **argv)
{
	int argc = 0;

	argv[argc++] = "numavm";
	while (text && argc < MAX_ARGUMENTS)
		argv[argc++] = strsep(&text, "\n");
	argv[argc] = NULL;
	return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *argv[MAX_ARGUMENTS + 1];
	const struct verb *verb = NULL;
	struct topology t = { 0 };
	struct settings settings;
	struct error err = { 0 };
	int argc = split(text, argv);

	if (options_parse(argc, argv, verbs, &verb, &settings, &err))
		fuzz_check_error(&err);
	else if (!verb)
		must(settings.help || settings.version);
	else if (settings_topology(&settings, &t, &err))
		fuzz_check_error(&err);
	topology_free(&t);
	settings_free(&settings);
	free(text);
	return 0;
}
