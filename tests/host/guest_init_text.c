// SPDX-License-Identifier: MIT
/*
 * guest_init_text: the text for the console, and that of the kernel's files.
 */
#include "guest_init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static char out[1 << 20];
static size_t out_used;

void put(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out + out_used, sizeof(out) - out_used, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof(out) - out_used)
		out_used += n;
}

void out_write(void)
{
	size_t done = 0;
	ssize_t n;

	while (done < out_used) {
		n = write(STDOUT_FILENO, out + done, out_used - done);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? n : 0;
	}
	tcdrain(STDOUT_FILENO); /* the power must not go before the last byte did */
	out_used = 0;
}

char *text_of(const char *format, ...)
{
	char path[256], text[4096];
	ssize_t n = -1;
	va_list args;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n < 0)
		return strdup("-");
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	return strndup(text, n);
}

int list_next(const char **at, int last)
{
	char *end;
	long from, to;

	if (**at < '0' || **at > '9')
		return -1;
	from = to = strtol(*at, &end, 10);
	if (*end == '-')
		to = strtol(end + 1, &end, 10);
	if (last + 1 > from)
		from = last + 1;
	if (from >= to)
		*at = *end == ',' ? end + 1 : end;
	return (int)from;
}
