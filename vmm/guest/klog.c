// SPDX-License-Identifier: MIT
#include "vmm/guest/klog.h"

#include <stdlib.h>
#include <string.h>

#include "mem/text.h"
#include "mem/xalloc.h"
#include "vmm/guest/printk.h"

#define MAX_TEXT (1 << 20) /* bytes that are kept: the newest */
#define MAX_LINES 65536

struct reader {
	struct klog *klog;
	const struct ram *ram;
	struct vmcoreinfo info;
	size_t text, room; /* bytes kept, lines allocated */
};

/* What takes a terminal's obeying or JSON's escaping is of no use in a line; a tab is a blank. */
static char *clean_copy(const char *from, size_t size)
{
	char *text = xmalloc(size + 1);

	for (size_t i = 0; i < size; i++)
		text[i] = from[i] == '\t' ? ' ' : from[i] ? from[i] : '?';
	text[size] = 0;
	text_clean(text);
	return text;
}

static void add_line(struct reader *reader, uint64_t ns, enum klog_kind kind, char *text)
{
	struct klog *klog = reader->klog;

	if (klog->nr == reader->room) {
		reader->room = reader->room ? 2 * reader->room : 256;
		klog->lines = xrealloc(klog->lines, reader->room, sizeof(*klog->lines));
	}
	klog->lines[klog->nr++] = (struct klog_line){ ns, text, kind };
}

/*
 * The last line first, as the records come. A message begins its record; what is on later lines, a
 * task's name say, may be a user's.
 */
static bool take_record(void *opaque, const struct printk_record *record)
{
	struct reader *reader = opaque;
	size_t end = record->size;

	for (;;) {
		const char *newline = memrchr(record->text, '\n', end);
		size_t start = newline ? newline + 1 - record->text : 0;
		char *text = clean_copy(record->text + start, end - start);
		bool message = !start && !record->user;

		add_line(reader, record->ns, message ? klog_classify(text) : KLOG_KINDS, text);
		reader->text += end - start;
		if (reader->text >= MAX_TEXT || reader->klog->nr >= MAX_LINES)
			return false;
		if (!newline)
			return true;
		end = start - 1;
	}
}

static void reverse(struct klog *klog)
{
	for (size_t i = 0, j = klog->nr; i + 1 < j; i++) {
		struct klog_line line = klog->lines[i];

		klog->lines[i] = klog->lines[--j];
		klog->lines[j] = line;
	}
}

static void note_kinds(struct klog *klog)
{
	for (size_t i = 0; i < klog->nr; i++) {
		enum klog_kind kind = klog->lines[i].kind;

		if (kind == KLOG_KINDS)
			continue;
		if (klog->first[kind] == SIZE_MAX)
			klog->first[kind] = i;
		if (kind != KLOG_PANIC && klog->nr_warnings < KLOG_WARNINGS)
			klog->warnings[klog->nr_warnings++] = i;
	}
}

static bool read_log(void *opaque)
{
	struct reader *reader = opaque;
	struct klog *klog = reader->klog;

	vmcoreinfo_string(&reader->info, "OSRELEASE", klog->release, sizeof(klog->release));
	vmcoreinfo_number(&reader->info, "KERNELOFFSET", 16, &klog->kernel_offset);
	vmcoreinfo_string(&reader->info, "BUILD-ID", klog->build_id, sizeof(klog->build_id));
	klog->found = printk_read(&reader->info, reader->ram, take_record, reader) && klog->nr;
	return klog->found;
}

void klog_read(struct klog *klog, const struct ram *ram, uint64_t vmcoreinfo)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));

	*klog = (struct klog){ 0 };
	for (unsigned int i = 0; i < KLOG_KINDS; i++)
		klog->first[i] = SIZE_MAX;
	reader->klog = klog;
	reader->ram = ram;
	if (!vmcoreinfo || !vmcoreinfo_read(&reader->info, ram, vmcoreinfo) || !read_log(reader))
		vmcoreinfo_find(&reader->info, ram, read_log, reader);
	if (!klog->found)
		klog->found = printk_find(ram, take_record, reader) && klog->nr;
	free(reader);
	reverse(klog);
	note_kinds(klog);
}

void klog_free(struct klog *klog)
{
	for (size_t i = 0; i < klog->nr; i++)
		free(klog->lines[i].text);
	free(klog->lines);
	*klog = (struct klog){ 0 };
}
