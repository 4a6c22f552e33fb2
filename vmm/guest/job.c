// SPDX-License-Identifier: MIT
#include "vmm/guest/job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/command.h"
#include "vmm/guest/file.h"
#include "vmm/guest/modules.h"
#include "vmm/guest/pack.h"

#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

__attribute__((format(printf, 3, 4))) static void put(FILE *to, enum job_letter letter,
						      const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputc(letter, to);
	vfprintf(to, format, ap);
	fputc('\0', to);
	va_end(ap);
}

static void put_list(FILE *to, enum job_letter letter, char *const *list)
{
	for (; list && *list; list++)
		put(to, letter, "%s", *list);
}

static void put_text(FILE *to, enum job_letter letter, const char *text)
{
	if (text)
		put(to, letter, "%s", text);
}

const char *job_variable(const struct command *command, const char *name)
{
	const size_t size = strlen(name);

	for (char *const *at = command->env; at && *at; at++)
		if (!strncmp(*at, name, size) && (*at)[size] == '=')
			return *at + size + 1;
	return NULL;
}

char *job_path(const struct command *command)
{
	const char *path = job_variable(command, "PATH"), *ours = getenv("PATH");

	if (path)
		return xstrdup(path);
	if (command->root)
		return NULL;
	return xasprintf("%s%s" USUAL_PATH, ours ? ours : "", ours && *ours ? ":" : "");
}

static void put_path(FILE *to, const struct command *command)
{
	char *path = job_variable(command, "PATH") ? NULL : job_path(command);

	if (path)
		put(to, JOB_ENVIRONMENT, "PATH=%s", path);
	free(path);
}

static void put_all(FILE *to, const struct command *command, const struct modules *modules)
{
	put_list(to, JOB_ARGUMENT, command->argv);
	put_list(to, JOB_ENVIRONMENT, command->env);
	put_path(to, command);
	put_text(to, JOB_CHDIR, command->chdir);
	put_text(to, JOB_USER, command->user);
	put_text(to, JOB_HOSTNAME, command->hostname);
	if (command->terminal)
		put(to, JOB_TERMINAL, "%u %u", command->rows, command->columns);
	for (unsigned int i = 0; i < modules->nr; i++)
		put_text(to, modules->list[i].optional ? JOB_OPTIONAL : JOB_MODULE,
			 modules->list[i].name);
	put_list(to, JOB_OUT, command->outs);
	put(to, JOB_KEY, "%u", command->key);
	if (command->port)
		put(to, JOB_PORT, "0x%lx", command->port);
	if (command->poweroff)
		put_text(to, JOB_POWEROFF, "");
}

int job_open(const struct command *command, const struct modules *modules, struct file *job,
	     struct error *err)
{
	struct tree tree = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *to = xcheck(open_memstream(&text, &size));
	int fd = memfd_create("job", MFD_CLOEXEC), ret;

	put_all(to, command, modules);
	if (fclose(to))
		xcheck(NULL);
	tree_add_folder(&tree, JOB_FOLDER, 0700);
	tree_add_data(&tree, JOB_PATH, text, size, 0600);
	ret = fd < 0 ? error_errno(err, "memfd_create") : pack_write(&tree, fd, err);
	tree_free(&tree);
	free(text);
	if (!ret)
		return file_from_fd(job, fd, "of the command's arguments", err);
	if (fd >= 0)
		close(fd);
	return -1;
}
