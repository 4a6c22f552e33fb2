// SPDX-License-Identifier: MIT
#include "vmm/run/result.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"

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

static bool is_stdout(const struct stat *st)
{
	struct stat out;

	return !fstat(STDOUT_FILENO, &out) && st->st_dev == out.st_dev && st->st_ino == out.st_ino;
}

/* A kernel, say, that is named by mistake must not be lost: what is there is an older result. */
static int check_old(const char *path, struct error *err)
{
	struct stat st;
	int fd, ret = 0;
	char first;

	if (stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size || is_stdout(&st))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &first, 1) != 1 || first != '{')
		ret = error_set(err,
				"--result %s: holds something else than an older result: "
				"name another file, or remove it",
				path);
	close(fd);
	return ret;
}

/* A FIFO that nobody reads must not hold us up, and stdout under another name not be emptied. */
int result_open(const char *path, struct error *err)
{
	struct stat st;
	int fd;

	if (check_old(path, err))
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
	if (fd < 0 || fstat(fd, &st) ||
	    (S_ISREG(st.st_mode) && !is_stdout(&st) && ftruncate(fd, 0)))
		return error_errno(err, "--result %s", path);
	return fd;
}

char *result_text(const struct result *result)
{
	json_t *json =
		json_pack("{s:s, s:i, s:o, s:{s:f, s:f, s:f}, s:I, s:o}", "outcome",
			  outcome_name(result->outcome.kind), "status", result->outcome.status,
			  "message", text_as_json(result->outcome.message), "seconds", "setup",
			  result->setup, "populate", result->populate, "total", result->total,
			  "console_dropped", (json_int_t)result->console_dropped, "nodes",
			  result->nodes ? json_incref(result->nodes) : json_array());
	char *dump = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	char *text = xasprintf("%s\n", dump);

	free(dump);
	json_decref(json);
	return text;
}

/* One write(2): a reader finds the whole object or none of it. */
int result_write(const struct result *result, int fd, const char *path, struct error *err)
{
	char *text = result_text(result);
	ssize_t size = strlen(text);
	int ret = write(fd, text, size) == size ? 0 : error_errno(err, "--result %s", path);

	close(fd);
	free(text);
	return ret;
}
