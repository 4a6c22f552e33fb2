// SPDX-License-Identifier: MIT
#include "mem/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_NONE 125 /* no verdict, numavm(1) */

void *xcheck(void *p)
{
	if (!p) {
		fputs("numavm: out of memory\n", stderr);
		quick_exit(STATUS_NONE); /* other threads go on using what exit() takes apart */
	}
	return p;
}

void *xmalloc(size_t size)
{
	return xcheck(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return xcheck(calloc(count ? count : 1, size));
}

void *xrealloc(void *old, size_t count, size_t size)
{
	return xcheck(reallocarray(old, count ? count : 1, size));
}

char *xstrdup(const char *text)
{
	return xcheck(strdup(text));
}

char *xasprintf(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	return xcheck(text);
}
