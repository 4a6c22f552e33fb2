// SPDX-License-Identifier: MIT
/*
 * job: what a kernel with init would do with a command, for tests of all that is around it: reads
 * the job from the initial RAM disk, and is done with the command at once. A script ends as its
 * line "exit N" says; of programs it knows true and false, and echo, which says its arguments.
 */
#include "guest.h"

#define ZERO_PAGE_RAMDISK_IMAGE 0x218
#define ZERO_PAGE_RAMDISK_SIZE 0x21c

/* The header of a file, Documentation/driver-api/early-userspace/buffer-format.rst. */
enum { NEWC_FILE_SIZE = 54, NEWC_NAME_SIZE = 94, NEWC_SIZE = 110 };

enum { HELLO = 4, START = 5, EXIT = 6, DONE = 9, STDOUT = 1 };

static const char *find_in(const char *text, uint32_t size, const char *wanted)
{
	for (uint32_t i = 0, j; i < size; i++) {
		for (j = 0; wanted[j] && i + j < size && text[i + j] == wanted[j]; j++)
			;
		if (!wanted[j])
			return text + i + j;
	}
	return NULL;
}

static uint32_t hex(const char *digits)
{
	uint32_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 4 | (uint32_t)(digits[i] <= '9' ? digits[i] - '0'
								 : (digits[i] | 32) - 'a' + 10);
	return value;
}

static uint32_t number(const char *digits)
{
	uint32_t value = 0;

	while (*digits >= '0' && *digits <= '9')
		value = value * 10 + (uint32_t)(*digits++ - '0');
	return value;
}

static const char *last_part(const char *path)
{
	const char *last = path;

	for (; *path; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* The last file of that name in any of the archives, which follow each other after zeroes. */
static const char *find_file(const char *name, uint32_t *size)
{
	const char *at = (const char *)(uintptr_t)get32(zero_page + ZERO_PAGE_RAMDISK_IMAGE);
	const char *end = at + get32(zero_page + ZERO_PAGE_RAMDISK_SIZE), *data, *found = NULL;

	for (; at + NEWC_SIZE < end; at += 4) {
		if (*at != '0')
			continue;
		data = at + ((NEWC_SIZE + hex(at + NEWC_NAME_SIZE) + 3) & ~3U);
		if (same(last_part(at + NEWC_SIZE), name) && hex(at + NEWC_FILE_SIZE)) {
			found = data;
			*size = hex(at + NEWC_FILE_SIZE);
		}
		at = data + ((hex(at + NEWC_FILE_SIZE) + 3) & ~3U) - 4;
	}
	return found;
}

/* The record of the job with that letter, after @from if it is not NULL. */
static const char *record(char letter, const char *from)
{
	uint32_t size = 0;
	const char *job = find_file("job", &size), *at = job;

	for (; at < job + size; at++) {
		if (*at == letter && at > from)
			return at + 1;
		while (*at)
			at++;
	}
	return NULL;
}

static void say(const char *text)
{
	unsigned int length = 0;

	while (text[length])
		length++;
	frames_send(0, STDOUT, text, length);
}

static uint32_t run(const char *command)
{
	uint32_t size = 0;
	const char *script = find_file(last_part(command), &size), *code;

	if (same(last_part(command), "echo")) {
		for (command = record('a', command); command; command = record('a', command)) {
			say(command);
			say("\n");
		}
		return 0;
	}
	code = script && *script == '#' ? find_in(script, size, "\nexit ") : NULL;
	if (code)
		return number(code);
	return same(last_part(command), "false") ? 1 : 0;
}

void guest_main(void)
{
	static uint64_t hello[10] = { 1 };
	const char *key = record('k', NULL), *command = record('a', NULL);
	uint32_t ends[2] = { 0 };

	if (!key || !command)
		fail("no job", 0);
	put("job: the console\n");
	frames_key = number(key);
	frames_open(1);
	frames_send(HELLO, 0, hello, sizeof(hello));
	frames_send(START, 0, "", 0);
	ends[0] = run(command);
	frames_send(EXIT, 0, ends, sizeof(ends));
	frames_send(DONE, 0, "", 0);
}
