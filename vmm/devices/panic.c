// SPDX-License-Identifier: MIT
#include "vmm/devices/panic.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE "Kernel panic - not syncing"
#define END "---[ end Kernel panic - not syncing"
#define REBOOT "Rebooting in "

#define LOG_PREFIX "kernel: " /* syslog(3) */

/* The kernel's text after its "[    1.234567] " and "[    T1] ". */
static const char *skip_stamps(const char *line)
{
	while (*line == '[') {
		const char *end = strchr(line, ']');

		if (!end)
			break;
		line = end + 1;
		line += strspn(line, " ");
	}
	return line;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Does the text from @start to @end end with @with? */
static bool ends_with(const char *start, const char *end, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(end - start) >= length && begins(end - length, with);
}

/* "[    1.234567]" */
static bool is_time(const char *stamp)
{
	size_t length = strspn(stamp + 1, " .0123456789");

	return length && stamp[1 + length] == ']';
}

/*
 * The panic message in @line, or NULL: at its start, or with a time stamp after what a program has
 * printed without a newline, a prompt say. What a log of another kernel quotes is none.
 */
static const char *find_message(const char *line)
{
	const char *text = skip_stamps(line);

	if (begins(text, MESSAGE))
		return text;
	for (const char *stamp = strchr(line, '['); stamp; stamp = strchr(stamp + 1, '[')) {
		text = skip_stamps(stamp);
		if (is_time(stamp) && begins(text, MESSAGE))
			return ends_with(line, stamp, LOG_PREFIX) ? NULL : text;
	}
	return NULL;
}

static enum panic_event judge_line(struct panic *panic)
{
	const char *text = panic->line;

	if (!panic->message[0]) {
		text = find_message(text);
		if (!text)
			return PANIC_NOTHING;
		snprintf(panic->message, sizeof(panic->message), "%s", text);
		return PANIC_BEGINS;
	}
	return strstr(text, END) || begins(skip_stamps(text), REBOOT) ? PANIC_ENDS : PANIC_NOTHING;
}

enum panic_event panic_watch(struct panic *panic, uint8_t byte)
{
	if (byte != '\n') {
		if (byte >= ' ' && panic->length < PANIC_LINE - 1)
			panic->line[panic->length++] = byte;
		return PANIC_NOTHING;
	}
	panic->line[panic->length] = 0;
	panic->length = 0;
	return judge_line(panic);
}
