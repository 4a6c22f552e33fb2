// SPDX-License-Identifier: MIT
#include "vmm/run/excerpt.h"

#include <inttypes.h>
#include <stdlib.h>

#include "mem/text.h"
#include "mem/xalloc.h"

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct excerpt excerpt_trace(const struct klog *klog)
{
	size_t from = klog->nr;

	if (klog->found)
		from = smaller(from, smaller(klog->first[KLOG_OOPS], klog->first[KLOG_PANIC]));
	return (struct excerpt){ from, smaller(klog->nr, from + EXCERPT_TRACE) };
}

struct excerpt excerpt_last(const struct klog *klog)
{
	return (struct excerpt){ klog->nr - smaller(klog->nr, EXCERPT_LAST), klog->nr };
}

void excerpt_print(const struct klog *klog, struct excerpt excerpt, FILE *file)
{
	for (size_t i = excerpt.from; i < excerpt.to; i++)
		fprintf(file, "numavm:   [%5" PRIu64 ".%06" PRIu64 "] %s\n",
			klog->lines[i].ns / 1000000000, klog->lines[i].ns / 1000 % 1000000,
			klog->lines[i].text);
}

json_t *excerpt_text(const char *text)
{
	char *valid = xstrdup(text);
	json_t *string;

	text_make_utf8(valid);
	string = json_string(valid);
	free(valid);
	return string;
}

json_t *excerpt_json(const struct klog *klog, struct excerpt excerpt)
{
	json_t *list = json_array();

	for (size_t i = excerpt.from; i < excerpt.to; i++)
		json_array_append_new(list, json_string(klog->lines[i].text));
	return list;
}

json_t *excerpt_warnings_json(const struct klog *klog)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < klog->nr_warnings; i++)
		json_array_append_new(list, json_string(klog->lines[klog->warnings[i]].text));
	return list;
}
