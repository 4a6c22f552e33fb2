/* SPDX-License-Identifier: MIT */
/*
 * What of the kernel's log is told of its end: the trace of its panic or oops, and its last lines.
 * run.c has them printed, result_json.c puts them into the result.
 */
#ifndef VMM_RUN_EXCERPT_H
#define VMM_RUN_EXCERPT_H

#include <jansson.h>
#include <stdio.h>

#include "vmm/guest/klog.h"

#define EXCERPT_TRACE 100 /* lines, from the panic's or oops's on */
#define EXCERPT_LAST 50

/* Lines [from, to) of a log. */
struct excerpt {
	size_t from, to;
};

/* From the first oops or panic on; empty without one. */
struct excerpt excerpt_trace(const struct klog *klog);

struct excerpt excerpt_last(const struct klog *klog);

/* Prints each line, after "numavm: ", with its time. */
void excerpt_print(const struct klog *klog, struct excerpt excerpt, FILE *file);

/* A guest, and a user, can put any byte into a text; JSON wants UTF-8. */
json_t *excerpt_text(const char *text);

/* An array of their texts. */
json_t *excerpt_json(const struct klog *klog, struct excerpt excerpt);

/* An array of the warnings' texts. */
json_t *excerpt_warnings_json(const struct klog *klog);

#endif
