// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm/guest/init/job.h"
#include "vmm/guest/init/text.h"
#include "vmm/guest/job.h"

static void job_add(struct job_list *list, char *text)
{
	list->items[list->nr++] = text;
}

static void read_size(struct job *job, char *text)
{
	job->terminal = true;
	job->rows = strtoul(text, &text, 10);
	job->columns = strtoul(text, NULL, 10);
}

static void read_record(struct job *job, char letter, char *text)
{
	switch (letter) {
	case JOB_ARGUMENT:
		job_add(&job->argv, text);
		break;
	case JOB_ENVIRONMENT:
		job_add(&job->env, text);
		break;
	case JOB_MODULE:
	case JOB_OPTIONAL:
		job_add(&job->modules, text - 1);
		break;
	case JOB_OUT:
		job_add(&job->outs, text);
		break;
	case JOB_CHDIR:
		job->chdir = text;
		break;
	case JOB_USER:
		job->user = text;
		break;
	case JOB_HOSTNAME:
		job->hostname = text;
		break;
	case JOB_TERMINAL:
		read_size(job, text);
		break;
	case JOB_KEY:
		job->key = strtoul(text, NULL, 10);
		break;
	case JOB_PORT:
		job->port = strtoull(text, NULL, 16);
		break;
	case JOB_POWEROFF:
		job->poweroff = true;
		break;
	}
}

/* Each list has room for all records, since nobody knows yet which is how long. */
static bool make_lists(struct job *job, size_t records)
{
	struct job_list *lists[] = { &job->argv, &job->env, &job->modules, &job->outs };
	size_t room = records + JOB_DEFAULTS + 1, i;
	char **items = text_memory(4 * room * sizeof(*items));

	for (i = 0; items && i < 4; i++)
		lists[i]->items = items + i * room;
	return items;
}

static size_t count_records(const char *bytes, size_t size)
{
	size_t records = 0;

	while (size--)
		records += *bytes++ == '\0';
	return records;
}

bool job_read(struct job *job)
{
	size_t size;
	char *at = text_read(JOB_PATH, &size), *end;

	if (!at || !make_lists(job, count_records(at, size) + 1))
		return false;
	for (end = at + size; at < end; at += strlen(at) + 1)
		read_record(job, *at, *at ? at + 1 : at);
	unlink(JOB_PATH);
	return job->argv.nr > 0;
}

const char *job_env(const struct job *job, const char *name)
{
	size_t length = strlen(name);
	char **item;

	for (item = job->env.items; *item; item++)
		if (strncmp(*item, name, length) == 0 && (*item)[length] == '=')
			return *item + length + 1;
	return NULL;
}

void job_default(struct job *job, const char *name, const char *value)
{
	char *item;

	if (job_env(job, name))
		return;
	item = text_memory(strlen(name) + strlen(value) + 2);
	if (item)
		job_add(&job->env, strcat(strcat(strcpy(item, name), "="), value));
}
