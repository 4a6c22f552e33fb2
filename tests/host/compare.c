// SPDX-License-Identifier: MIT
/*
 * compare PLAN.json CONSOLE.log: is the machine that `numavm plan --json` declared the one that
 * the guest's kernel saw? CONSOLE.log holds the lines of guest_init.c between its markers. Prints
 * each difference with what was expected and what was seen; exits 0 when there is none, 1 when
 * there are some, 2 when it was called wrongly. Nothing is compared with a tolerance.
 */
#include "compare.h"

#include <stdio.h>
#include <string.h>

/* Messages at warning level that a right machine gets too. The whole text must match. */
static const struct {
	const char *pattern; /* '*' matches any text, '#' a number */
	const char *reason;
} allowed[] = {
	{ "Speculative Return Stack Overflow: *",
	  "the host's CPU model, which QEMU gives no microcode" },
	{ "hrtimer: interrupt took # ns", "the simulated host is slow" },
	{ "PCI: Fatal: No config space access function found", "the machine has no PCI" },
	{ "PCI: System does not support PCI", "the machine has no PCI" },
};

static bool matches(const char *pattern, const char *text)
{
	if (*pattern == '\0')
		return *text == '\0';
	if (*pattern == '*')
		return matches(pattern + 1, text) || (*text && matches(pattern, text + 1));
	if (*pattern == '#' && *text >= '0' && *text <= '9') {
		while (*text >= '0' && *text <= '9')
			text++;
		return matches(pattern + 1, text);
	}
	return *pattern == *text && matches(pattern + 1, text + 1);
}

static void compare_messages(void)
{
	for (size_t i = 0; i < line_count; i++) {
		const char *comma = strchr(lines[i].value, ',');
		bool known = false;

		if (strcmp(lines[i].name, "kmsg") != 0)
			continue;
		for (size_t j = 0; j < sizeof(allowed) / sizeof(allowed[0]); j++)
			known = known || matches(allowed[j].pattern, comma ? comma + 1 : "");
		if (!known)
			differ("kernel message of level %s", lines[i].value);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: compare PLAN.json CONSOLE.log\n", stderr);
		return 2;
	}
	read_plan(argv[1]);
	read_console(argv[2]);
	compare_nodes();
	compare_memory();
	compare_cpus();
	compare_messages();
	return differences ? 1 : 0;
}
