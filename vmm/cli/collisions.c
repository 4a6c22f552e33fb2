// SPDX-License-Identifier: MIT
#include "vmm/cli/collisions.h"

#include <sys/stat.h>

/* Regular files: nothing else is emptied when it is opened. */
static bool same_file(const char *a, const char *b)
{
	struct stat one, other;

	return a && b && !stat(a, &one) && !stat(b, &other) && S_ISREG(one.st_mode) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

int collisions_of_console(const struct settings *s, const char *kernel, struct error *err)
{
	const char *inputs[] = { s->config, kernel, s->initrd };

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (same_file(s->console, inputs[i]))
			return error_set(err,
					 "--console %s: would overwrite an input file: name "
					 "another file",
					 s->console);
	if (same_file(s->console, s->result))
		return error_set(err, "--console and --result are both %s: name two files",
				 s->result);
	return 0;
}

int collisions_of_out(const struct settings *s, const char *kernel, const char *host,
		      struct error *err)
{
	const char *others[] = { s->config, kernel, s->initrd, s->symbols, s->console, s->result };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (same_file(host, others[i]))
			return error_set(err,
					 "--out %s: would overwrite another file of this run's: "
					 "name another file",
					 host);
	return 0;
}
