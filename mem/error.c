// SPDX-License-Identifier: MIT
#include "mem/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is too long loses its middle, mostly a value's: the place and the cure are at the ends. */
static void set_text(struct error *err, const char *text)
{
	static const char gap[] = " ... ";
	const size_t half = (sizeof(err->text) - sizeof(gap)) / 2;
	size_t length = strlen(text);

	if (length < sizeof(err->text))
		memcpy(err->text, text, length + 1);
	else
		snprintf(err->text, sizeof(err->text), "%.*s%s%s", (int)half, text, gap,
			 text + length - half);
}

int error_vset(struct error *err, const char *fmt, va_list ap)
{
	va_list again;
	char *text;

	va_copy(again, ap);
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) >= (int)sizeof(err->text) &&
	    vasprintf(&text, fmt, again) >= 0) {
		set_text(err, text);
		free(text);
	}
	va_end(again);
	err->contention = false;
	err->number = 0;
	return -1;
}

int error_set(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_vset(err, fmt, ap);
	va_end(ap);
	return -1;
}

static bool can_pass(int number)
{
	return number == ENOMEM || number == EAGAIN || number == EBUSY || number == ENOSPC ||
	       number == EMFILE || number == ENFILE;
}

int error_errno(struct error *err, const char *fmt, ...)
{
	char both[2 * sizeof(err->text)];
	int number = errno;
	va_list ap;

	va_start(ap, fmt);
	error_vset(err, fmt, ap);
	va_end(ap);
	snprintf(both, sizeof(both), "%s: %s", err->text, strerror(number));
	set_text(err, both);
	err->contention = can_pass(number);
	err->number = number;
	return -1;
}

int error_cure(struct error *err, const char *cure)
{
	size_t len = strlen(err->text);

	if (err->number == EPERM || err->number == ENOSYS)
		snprintf(err->text + len, sizeof(err->text) - len, ": %s", cure);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char both[2 * sizeof(err->text)];
	struct error prefix;
	va_list ap;

	va_start(ap, fmt);
	error_vset(&prefix, fmt, ap);
	va_end(ap);
	snprintf(both, sizeof(both), "%s%s", prefix.text, err->text);
	set_text(err, both);
	return -1;
}
