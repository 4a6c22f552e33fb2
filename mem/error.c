// SPDX-License-Identifier: MIT
#include "mem/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	err->contention = false;
	return -1;
}

static bool can_pass(int number)
{
	return number == ENOMEM || number == EAGAIN || number == EBUSY || number == ENOSPC ||
	       number == EMFILE || number == ENFILE;
}

int error_errno(struct error *err, const char *fmt, ...)
{
	int number = errno;
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(number));
	err->contention = can_pass(number);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	va_list ap;
	size_t len;

	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, "%s", old);
	return -1;
}
