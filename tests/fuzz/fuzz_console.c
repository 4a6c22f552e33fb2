// SPDX-License-Identifier: MIT
/*
 * What a guest prints: every byte comes out, in order, and a panic is one by the rule of panic.h,
 * which is written down here again as regular expressions.
 */
#include <regex.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/support.h"
#include "vmm/devices/console.h"

#define STAMPS "(\\[[^]]*\\] *)*"
#define PANIC "Kernel panic - not syncing"
#define PRINTED_MAX (1 << 16)

static regex_t at_start, after_text, quoted, ends;
static int out;

static void compile(regex_t *regex, const char *pattern)
{
	must(!regcomp(regex, pattern, REG_EXTENDED));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	out = memfd_create("console", MFD_CLOEXEC);
	compile(&at_start, "^" STAMPS PANIC);
	compile(&after_text, "\\[[ .0-9]+\\] *" STAMPS PANIC);
	compile(&quoted, "kernel: $");
	compile(&ends, "---\\[ end " PANIC "|^" STAMPS "Rebooting in ");
	return out < 0;
}

static bool begins_panic(char *line)
{
	regmatch_t match;
	char first;
	bool is_quoted;

	if (!regexec(&at_start, line, 0, NULL, 0))
		return true;
	if (regexec(&after_text, line, 1, &match, 0))
		return false;
	first = line[match.rm_so];
	line[match.rm_so] = 0;
	is_quoted = !regexec(&quoted, line, 0, NULL, 0);
	line[match.rm_so] = first;
	return !is_quoted;
}

/* What the console has told, and what it should have. */
struct told {
	unsigned int panics, ends;
};

static void note_event(void *opaque, enum console_event event, const char *text)
{
	struct told *told = opaque;

	must(event != CONSOLE_CLOSED && begins_panic(strdupa(text)));
	told->panics += event == CONSOLE_PANIC;
	told->ends += event == CONSOLE_PANIC_END;
}

static struct told expected(const uint8_t *data, size_t size)
{
	struct told want = { 0 };
	char line[PANIC_LINE];
	size_t length = 0;

	for (size_t i = 0; i < size; i++) {
		if (data[i] >= ' ' && length < sizeof(line) - 1)
			line[length++] = data[i];
		if (data[i] != '\n')
			continue;
		line[length] = 0;
		length = 0;
		if (want.panics)
			want.ends += !regexec(&ends, line, 0, NULL, 0);
		else
			want.panics = begins_panic(line);
	}
	return want;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told = { 0 }, want = expected(data, size);
	atomic_bool stopping = false;
	struct console console = {
		.out = out, .stopping = &stopping, .tell = note_event, .opaque = &told
	};
	static uint8_t printed[PRINTED_MAX];
	struct error err;

	must(!ftruncate(out, 0) && !lseek(out, 0, SEEK_SET));
	must(!console_open(&console, NULL, &err));
	for (size_t i = 0; i < size; i++)
		console_put(&console, data[i]);
	console_flush(&console, 1);
	must(pread(out, printed, sizeof(printed), 0) == (ssize_t)size);
	must(!memcmp(printed, data, size));
	must(told.panics == want.panics && told.ends == want.ends);
	close(console.timer);
	return 0;
}
