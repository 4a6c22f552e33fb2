// SPDX-License-Identifier: MIT
/*
 * compare_input: the two things that are compared, the plan's JSON and the guest's report on its
 * console, read into memory, and the words in which a difference is told.
 */
#include "compare.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *plan;
struct line *lines;
size_t line_count;
int differences;

void differ(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	differences++;
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

void *need(void *memory)
{
	if (!memory)
		die("out of memory");
	return memory;
}

void read_plan(const char *path)
{
	static const char *const arrays[] = { "nodes", "ranges", "distances", "cpus", "e820" };
	json_error_t error;

	plan = json_load_file(path, 0, &error);
	if (!plan)
		die("%s:%d: %s", path, error.line, error.text);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		if (!json_array_size(json_object_get(plan, arrays[i])))
			if (strcmp(arrays[i], "e820") != 0 || !has_device_tree())
				die("%s: no array \"%s\", or an empty one", path, arrays[i]);
}

bool has_device_tree(void)
{
	const char *arch = json_string_value(json_object_get(plan, "arch"));

	if (!arch || (strcmp(arch, "x86_64") != 0 && strcmp(arch, "aarch64") != 0))
		die("the plan's \"arch\" is %s", arch ? arch : "not there");
	return strcmp(arch, "aarch64") == 0;
}

int64_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		die("the plan lacks the number \"%s\" in one of its objects", key);
	return json_integer_value(value);
}

const json_t *plan_cpu(int cpu)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(plan, "cpus"), i,
			   entry) if (number(entry, "cpu") == cpu) return entry;
	die("the plan has no cpu %d", cpu);
}

int cpu_count(void)
{
	return (int)json_array_size(json_object_get(plan, "cpus"));
}

static void add_line(char *text)
{
	char *equals = strchr(text, '=');

	if (!equals) {
		differ("console: a line between the markers that is not of the guest: %s", text);
		return;
	}
	*equals = '\0';
	lines = need(realloc(lines, (line_count + 1) * sizeof(*lines)));
	lines[line_count].name = need(strdup(text));
	lines[line_count++].value = need(strdup(equals + 1));
}

void read_console(const char *path)
{
	FILE *f = fopen(path, "r");
	bool begun = false, ended = false;
	char *text = NULL;
	size_t size = 0;

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (!ended && getline(&text, &size, f) >= 0) {
		text[strcspn(text, "\r\n")] = '\0';
		if (!begun)
			begun = strcmp(text, "numavm-guest-begin") == 0;
		else if (strcmp(text, "numavm-guest-end") == 0)
			ended = true;
		else
			add_line(text);
	}
	free(text);
	fclose(f);
	if (!begun || !ended)
		die("%s: the guest's report %s", path, begun ? "has no end" : "is not there");
}

const char *seen(const char *format, ...)
{
	char name[128];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	for (size_t i = 0; i < line_count; i++)
		if (strcmp(lines[i].name, name) == 0)
			return lines[i].value;
	return "(nothing)";
}

void same_text(const char *what, const char *expected, const char *got)
{
	if (strcmp(expected, got) != 0)
		differ("%s: expected '%s', seen '%s'", what, expected, got);
}

char *list_of(int count, bool (*has)(int number, const void *arg), const void *arg)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = need(open_memstream(&text, &size));
	const char *comma = "";

	for (int i = 0, first = -1; i <= count; i++) {
		if (i < count && has(i, arg)) {
			first = first < 0 ? i : first;
			continue;
		}
		if (first >= 0) {
			fprintf(f, "%s%d", comma, first);
			if (first < i - 1)
				fprintf(f, "-%d", i - 1);
			comma = ",";
		}
		first = -1;
	}
	fclose(f);
	return need(text);
}
