/* SPDX-License-Identifier: MIT */
/*
 * Allocation that does not fail, for small tables of our own. They are bounded by the limits in
 * mem/topology.h, so that a failure means a host with nothing left: a message, and the program ends
 * with status 125, no verdict.
 */
#ifndef MEM_XALLOC_H
#define MEM_XALLOC_H

#include <stddef.h>

void *xcheck(void *p); /* of an allocation by others */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
