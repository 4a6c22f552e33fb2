// SPDX-License-Identifier: MIT
#include "vmm/run/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/text.h"
#include "mem/xalloc.h"
#include "vmm/guest/file.h"
#include "vmm/run/patient.h"
#include "vmm/run/result_json.h"

#define RESERVED 4096 /* bytes of a file from the beginning; an object with ten nodes has room */
#define MAX_OLD (16 << 20) /* what a result of 1024 nodes on as many host nodes is below */

/* Blanks follow the newline up to @size. */
static char *make_text(const struct result *result, size_t size)
{
	json_t *json = result_json(result);
	char *dump = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6)), *text;
	size_t length;
	FILE *file = xcheck(open_memstream(&text, &length));

	text_print_json(dump, file);
	fprintf(file, "\n");
	fflush(file);
	if (length < size)
		fprintf(file, "%*s", (int)(size - length), "");
	free(dump);
	json_decref(json);
	return xcheck(fclose(file) ? NULL : text);
}

char *result_text(const struct result *result)
{
	return make_text(result, RESERVED);
}

/* Of our own outputs the one that @path leads to; -1 when it is none. */
static int own_output(const char *path)
{
	struct stat st, own;

	if (!strcmp(path, "-"))
		return STDOUT_FILENO;
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO && !stat(path, &st); fd++)
		if (!fstat(fd, &own) && st.st_dev == own.st_dev && st.st_ino == own.st_ino)
			return fd;
	return -1;
}

static bool is_result(int fd, size_t size)
{
	char *text = size <= MAX_OLD ? xcalloc(1, size) : NULL;
	json_t *json = NULL;
	bool is;

	if (text && pread(fd, text, size, 0) == (ssize_t)size)
		json = json_loadb(text, size, 0, NULL);
	is = json_object_get(json, "outcome") && json_object_get(json, "status") &&
	     json_object_get(json, "seconds");
	json_decref(json);
	free(text);
	return is;
}

/* Of a run that is not over. */
static char *make_no_verdict(size_t size)
{
	struct result none = { 0 };

	outcome_set(&none.outcome, OUTCOME_ERROR,
		    "no verdict: numavm was ended before it could give one");
	return make_text(&none, size);
}

/* A kernel, say, that is named by mistake must not be lost. */
static int take_file(int fd, size_t old_size, const char *text, const char *path, struct error *err)
{
	char *longer = old_size > RESERVED ? make_no_verdict(old_size) : NULL;
	int ret = 0;

	if (old_size && !is_result(fd, old_size))
		ret = error_set(err,
				"--result %s: holds something else than an older result: "
				"name another file, or remove it",
				path);
	else if (file_write(fd, longer ? longer : text, longer ? old_size : RESERVED, 0) ||
		 ftruncate(fd, RESERVED))
		ret = error_errno(err, "--result %s", path);
	free(longer);
	return ret;
}

static int open_path(const char *path, struct error *err)
{
	struct stat st;
	bool is_stream = !stat(path, &st) && !S_ISREG(st.st_mode);
	int fd = open(path,
		      (is_stream ? O_WRONLY : O_RDWR | O_CREAT | O_NOFOLLOW) | O_CLOEXEC |
			      O_NONBLOCK | O_NOCTTY,
		      0666);

	if (fd < 0 && errno == ELOOP)
		return error_set(
			err, "--result %s: a symbolic link: name the file that it leads to", path);
	if (fd < 0 && errno == ENXIO)
		return error_set(err, "--result %s: nobody reads it: start its reader first", path);
	return fd < 0 ? error_errno(err, "--result %s", path) : fd;
}

/* A FIFO that nobody reads must not hold us up, and /dev/full say at once that it is full. */
int result_open(const char *path, struct error *err)
{
	char *text = make_no_verdict(RESERVED); /* before the file is there, and empty */
	int fd = own_output(path), ret = 0;
	struct stat st;

	if (fd < 0 && (fd = open_path(path, err)) < 0)
		ret = -1;
	else if (fd > STDERR_FILENO && !fstat(fd, &st) && S_ISREG(st.st_mode))
		ret = take_file(fd, st.st_size, text, path, err);
	else if (write(fd, "", 0) < 0)
		ret = error_errno(err, "--result %s", path);
	free(text);
	return ret ? -1 : fd;
}

/*
 * What is longer than the blanks makes more of them first: then it has room, or what is there stays
 * whole.
 */
static int reserve(int fd, size_t size)
{
	char *blanks = xasprintf("%*s", (int)size - RESERVED, "");
	int ret = file_write(fd, blanks, size - RESERVED, RESERVED);

	free(blanks);
	return ret;
}

/* To our own outputs it is added, whatever they are: the guest's bytes are in them. */
int result_put(int fd, const char *text)
{
	size_t size = strlen(text), end = strrchr(text, '\n') + 1 - text;
	struct stat st;

	if (fd <= STDERR_FILENO || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return patient_write(fd, text, end);
	if (size > RESERVED && reserve(fd, size))
		return -1;
	return file_write(fd, text, size, 0) || ftruncate(fd, end) ? -1 : 0;
}

int result_write(const struct result *result, int fd, const char *path, struct error *err)
{
	char *text = result_text(result);
	int ret;

	if (fd == STDOUT_FILENO && result->in_line)
		patient_write(fd, "\n", 1);
	ret = result_put(fd, text);
	if (ret && errno == EINTR)
		error_set(err, "--result %s: nobody reads it", path);
	else if (ret)
		error_errno(err, "--result %s", path);
	free(text);
	return ret;
}
