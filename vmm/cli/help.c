// SPDX-License-Identifier: MIT
/* What --help prints, from the rows of keys and verbs, in 80 columns. */
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/cli/options.h"

#define WIDTH 80
#define COLUMN 27 /* where a flag's text begins */

static const struct {
	unsigned int group;
	const char *title;
} groups[] = {
	{ KEYS_OF_MACHINE,
	  "The machine (a flag beats the file; --node and --topology replace its nodes)" },
	{ KEYS_OF_PLACEMENT, "Where it is, for all nodes" },
	{ KEYS_OF_KERNEL, "The kernel" },
	{ KEYS_OF_COMMAND, "A command in the guest" },
};

/* Prints @text, whose first word goes to @column, from @indent to WIDTH. */
static void print_wrapped(const char *text, int column, int indent, FILE *file)
{
	while (*text) {
		int size = strcspn(text, " ");
		const char *gap = column == indent ? "" : " ";

		if (column + (int)strlen(gap) + size > WIDTH) {
			fprintf(file, "\n%*s", indent, "");
			column = indent;
			gap = "";
		}
		column += fprintf(file, "%s%.*s", gap, size, text);
		text += size + strspn(text + size, " ");
	}
	fputc('\n', file);
}

/* "-m, --memory=SIZE", and after it what it does. */
static void print_key(const struct key *key, FILE *file)
{
	char *list = key->type == KEY_NODE ? key_list(KEY_IN_NODE) : xstrdup("");
	char *text = xasprintf("%s%s", key->help, list);
	bool letter = key->flag[1] != '-', optional = key->value && key->otherwise;
	int column;

	column = fprintf(file, "  %2s%-2s--%s%s%s%s%s", letter ? key->flag : "", letter ? "," : "",
			 key->name, optional ? "[" : "", key->value ? "=" : "",
			 key->value ? key->value : "", optional ? "]" : "");
	if (column < COLUMN)
		column += fprintf(file, "%*s", COLUMN - column, "");
	print_wrapped(text, column, COLUMN, file);
	free(text);
	free(list);
}

static void print_group(unsigned int group, FILE *file)
{
	for (const struct key *key = keys; key->name; key++)
		if (key->group & group)
			print_key(key, file);
}

static void print_all(const struct verb *verbs, FILE *file)
{
	fprintf(file, "Usage: numavm VERB [OPTION]...\n"
		      "Boots an unmodified kernel on a NUMA machine that a file describes.\n\n");
	for (const struct verb *verb = verbs; verb->name; verb++) {
		fprintf(file, "  %-7s  ", verb->name);
		print_wrapped(verb->summary, 11, 11, file);
	}
	fputc('\n', file);
	print_group(KEYS_OF_NUMAVM | KEYS_OF_ALL, file);
	fprintf(file, "\n\"numavm VERB -h\" prints a verb's options. See numavm(1) and "
		      "numavm.conf(5).\n");
}

void options_help(const struct verb *verbs, const struct verb *verb, FILE *file)
{
	if (!verb) {
		print_all(verbs, file);
		return;
	}
	fprintf(file, "Usage: numavm %s %s\n%s\n", verb->name, verb->usage, verb->about);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (verb->shown & groups[i].group) {
			fprintf(file, "%s:\n", groups[i].title);
			print_group(groups[i].group, file);
			fputc('\n', file);
		}
	fprintf(file, "The %s:\n", verb->name);
	print_group(verb->group | KEYS_OF_ALL, file);
	fprintf(file, "\n%s", verb->notes);
}
