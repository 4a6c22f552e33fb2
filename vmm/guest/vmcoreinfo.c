// SPDX-License-Identifier: MIT
#include "vmm/guest/vmcoreinfo.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mem/clock.h"
#include "mem/ram_peek.h"

#define NAME "VMCOREINFO"
#define NAME_SIZE 12 /* with its end, as notes are padded (elf(5)) */
#define FIRST_KEY "OSRELEASE="

#define PEEK 512 /* a divisor of what anything is aligned to */
#define SECONDS 1.0

struct note {
	Elf64_Nhdr header; /* its 4-byte fields are Elf32_Nhdr's too */
	char name[NAME_SIZE];
};

static bool is_note(const void *at)
{
	const struct note *note = at;

	return note->header.n_namesz == sizeof(NAME) && !memcmp(note->name, NAME, sizeof(NAME));
}

static bool is_text(const void *at)
{
	return !memcmp(at, FIRST_KEY, strlen(FIRST_KEY));
}

/* Up to what is not there. */
static void read_text(struct vmcoreinfo *info, const struct ram *ram, uint64_t gpa, size_t size)
{
	size_t got = 0;

	while (got < size) {
		size_t part = PEEK - (gpa + got) % PEEK;

		if (part > size - got)
			part = size - got;
		if (!ram_peek(ram, gpa + got, info->text + got, part))
			break;
		got += part;
	}
	info->text[got] = 0;
}

bool vmcoreinfo_read(struct vmcoreinfo *info, const struct ram *ram, uint64_t gpa)
{
	size_t size = VMCOREINFO_MAX;
	struct note note;

	if (!ram_peek(ram, gpa, &note, sizeof(note)))
		return false;
	if (is_note(&note)) {
		gpa += sizeof(note);
		if (note.header.n_descsz < size)
			size = note.header.n_descsz;
	}
	read_text(info, ram, gpa, size);
	return is_text(info->text);
}

struct search {
	struct vmcoreinfo *info;
	const struct ram *ram;
	bool (*found)(void *opaque);
	void *opaque;
	struct timespec start;
};

static bool look_at(void *opaque, uint64_t gpa, const uint8_t *at)
{
	struct search *search = opaque;

	if (!is_text(at) && !is_note(at))
		return false;
	return (vmcoreinfo_read(search->info, search->ram, gpa) && search->found(search->opaque)) ||
	       clock_seconds_since(&search->start) > SECONDS;
}

void vmcoreinfo_find(struct vmcoreinfo *info, const struct ram *ram, bool (*found)(void *opaque),
		     void *opaque)
{
	struct search search = { info, ram, found, opaque, { 0 } };

	clock_gettime(CLOCK_MONOTONIC, &search.start);
	ram_peek_pages(ram, SECONDS, look_at, &search);
}

const char *vmcoreinfo_value(const struct vmcoreinfo *info, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = info->text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, length) && line[length] == '=')
			return line + length + 1;
	}
	return NULL;
}

bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *key, int base, uint64_t *value)
{
	const char *text = vmcoreinfo_value(info, key);
	char *end;

	if (!text)
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return end > text && *end == '\n' && !errno;
}

void vmcoreinfo_string(const struct vmcoreinfo *info, const char *key, char *to, size_t size)
{
	const char *text = vmcoreinfo_value(info, key);
	char *end = to + size - 1;

	for (; text && *text && *text != '\n' && to < end; text++)
		*to++ = *text > ' ' && *text < 0x7f ? *text : '?';
	*to = 0;
}
