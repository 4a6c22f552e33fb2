// SPDX-License-Identifier: MIT
#include "vmm/run/outcome.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"

static const struct {
	const char *name;
	int status;
} kinds[] = {
	[OUTCOME_POWEROFF] = { "poweroff", 0 },
	[OUTCOME_REBOOT] = { "reboot", 0 },
	[OUTCOME_PANIC] = { "panic", OUTCOME_STATUS_PANIC },
	[OUTCOME_CRASH] = { "crash", OUTCOME_STATUS_CRASH },
	[OUTCOME_TIMEOUT] = { "timeout", OUTCOME_STATUS_TIMEOUT },
	[OUTCOME_CONTENTION] = { "contention", OUTCOME_STATUS_NONE },
	[OUTCOME_ERROR] = { "error", OUTCOME_STATUS_NONE },
};

void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *fmt, ...)
{
	va_list ap;

	outcome->kind = kind;
	outcome->status = kinds[kind].status;
	va_start(ap, fmt);
	vsnprintf(outcome->message, sizeof(outcome->message), fmt, ap);
	va_end(ap);
}

void outcome_from_error(struct outcome *outcome, const struct error *err)
{
	outcome_set(outcome, err->contention ? OUTCOME_CONTENTION : OUTCOME_ERROR, "%s", err->text);
}

const char *outcome_name(enum outcome_kind kind)
{
	return kinds[kind].name;
}

/* A guest can put any byte into its panic line; JSON wants UTF-8. */
static json_t *text_as_json(const char *text)
{
	json_t *string = json_string(text);
	char ascii[512];

	if (string)
		return string;
	snprintf(ascii, sizeof(ascii), "%s", text);
	for (char *c = ascii; *c; c++)
		if (*c & 0x80)
			*c = '?';
	return json_string(ascii);
}

static json_t *to_json(const struct outcome *outcome)
{
	return json_pack("{s:s, s:i, s:o, s:{s:f, s:f, s:f}, s:o}", "outcome",
			 outcome_name(outcome->kind), "status", outcome->status, "message",
			 text_as_json(outcome->message), "seconds", "setup", outcome->setup,
			 "populate", outcome->populate, "total", outcome->total, "nodes",
			 outcome->nodes ? json_incref(outcome->nodes) : json_array());
}

static bool is_stdout(const struct stat *st)
{
	struct stat out;

	return !fstat(STDOUT_FILENO, &out) && st->st_dev == out.st_dev && st->st_ino == out.st_ino;
}

/* A kernel, say, that is named by mistake must not be lost: what is there is an older result. */
static int check_old(const char *path, struct error *err)
{
	struct stat st;
	char first = 0;
	int fd;

	if (stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size || is_stdout(&st))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &first, 1) < 0)
		first = 0;
	if (fd >= 0)
		close(fd);
	if (first == '{')
		return 0;
	return error_set(err,
			 "--result %s: holds something else than an older result: name another "
			 "file, or remove it",
			 path);
}

/* A FIFO that nobody reads must not hold us up, and stdout under another name not be emptied. */
int outcome_open(const char *path, struct error *err)
{
	struct stat st;
	int fd;

	if (check_old(path, err))
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
	if (fd < 0 || fstat(fd, &st))
		return error_errno(err, "--result %s", path);
	if (S_ISREG(st.st_mode) && !is_stdout(&st) && ftruncate(fd, 0))
		return error_errno(err, "--result %s", path);
	return fd;
}

char *outcome_text(const struct outcome *outcome)
{
	json_t *json = to_json(outcome);
	char *dump = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	char *text = xasprintf("%s\n", dump);

	free(dump);
	json_decref(json);
	return text;
}

/* One write(2): a reader finds the whole object or none of it. */
int outcome_write(const struct outcome *outcome, int fd, const char *path, struct error *err)
{
	char *text = outcome_text(outcome);
	ssize_t size = strlen(text);
	int ret = write(fd, text, size) == size ? 0 : error_errno(err, "--result %s", path);

	close(fd);
	free(text);
	return ret;
}
