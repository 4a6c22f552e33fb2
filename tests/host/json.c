// SPDX-License-Identifier: MIT
/*
 * json: what a JSON file says, for the tests that are shell, here and in simulated hosts.
 *
 *   json [--raw | --members] FILE PATH...
 *
 * A PATH is made of steps with "." between them: a key of an object, the number of an array's
 * element, or KEY=NUMBER for the element whose KEY is that number ("nodes.node=1.pages"); "." is
 * the whole file. Prints the value of each PATH on a line, as JSON; --raw: a string without quotes
 * and escapes; --members: an object as lines "KEY VALUE". Exits 1 when a value is not there, 2 when
 * it was called wrongly or FILE is not JSON.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool raw, members;

/* The number that all of @text is; -1 when it is none. */
static json_int_t number_of(const char *text)
{
	char *end;
	json_int_t number;

	errno = 0;
	number = strtoll(text, &end, 10);
	return *text < '0' || *text > '9' || *end || errno ? -1 : number;
}

/* The element of @array whose @key is the number @wanted. */
static json_t *element_with(json_t *array, const char *key, json_int_t wanted)
{
	json_t *element;
	size_t i;

	json_array_foreach(array, i, element)
	{
		const json_t *value = json_object_get(element, key);

		if (json_is_integer(value) && json_integer_value(value) == wanted)
			return element;
	}
	return NULL;
}

/* One step from @value; NULL when it leads nowhere. Cuts @step. */
static json_t *follow(json_t *value, char *step)
{
	char *equals = strchr(step, '=');

	if (json_is_object(value))
		return json_object_get(value, step);
	if (equals) {
		*equals = '\0';
		return element_with(value, step, number_of(equals + 1));
	}
	return number_of(step) < 0 ? NULL : json_array_get(value, number_of(step));
}

/* Owned by @value, as all that is in it. Cuts @path. */
static json_t *find(json_t *value, char *path)
{
	char *step;

	while (value && (step = strsep(&path, ".")))
		if (*step)
			value = follow(value, step);
	return value;
}

static void print(const json_t *value)
{
	if (raw && json_is_string(value))
		fputs(json_string_value(value), stdout);
	else
		json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
	putchar('\n');
}

static void print_members(json_t *object)
{
	json_t *value;
	const char *key;

	json_object_foreach(object, key, value)
	{
		printf("%s ", key);
		print(value);
	}
}

/* Is there such a value, for --members an object? */
static bool show(json_t *file, const char *path)
{
	char *steps = strdup(path);
	json_t *value = steps ? find(file, steps) : NULL;

	free(steps);
	if (!value || (members && !json_is_object(value)))
		return false;
	if (members)
		print_members(value);
	else
		print(value);
	return true;
}

int main(int argc, char **argv)
{
	int first = 1, status = 0;
	json_error_t error;
	json_t *file;

	if (argc > 1) {
		raw = strcmp(argv[1], "--raw") == 0;
		members = strcmp(argv[1], "--members") == 0;
		first += raw || members;
	}
	if (argc < first + 2) {
		fputs("usage: json [--raw | --members] FILE PATH...\n", stderr);
		return 2;
	}
	file = json_load_file(argv[first], JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!file) {
		fprintf(stderr, "json: %s:%d: %s\n", argv[first], error.line, error.text);
		return 2;
	}
	for (int i = first + 1; i < argc; i++) {
		if (!show(file, argv[i])) {
			fflush(stdout);
			fprintf(stderr, "json: %s: no %s\n", argv[first], argv[i]);
			status = 1;
		}
	}
	json_decref(file);
	return status;
}
