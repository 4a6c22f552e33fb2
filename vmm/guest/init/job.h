/* SPDX-License-Identifier: MIT */
/* What the host wants done (vmm/guest/job.h), read once at the start, by init.c. */
#ifndef VMM_GUEST_INIT_JOB_H
#define VMM_GUEST_INIT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends with a NULL that is not counted. */
struct job_list {
	char **items;
	size_t nr;
};

struct job {
	struct job_list argv, env, outs, modules; /* the last with their letters */
	const char *chdir, *user, *hostname; /* NULL: not said */
	bool terminal, poweroff;
	uint16_t rows, columns;
	uint32_t key;
	uint64_t port; /* 0: none */
};

/* Reads JOB_PATH and removes it. False if it is not there or holds no command. */
bool job_read(struct job *job);

/* The value of @name in the command's environment, or NULL. */
const char *job_env(const struct job *job, const char *name);

/* Adds @name with @value to it, unless it is there. Up to JOB_DEFAULTS times. */
void job_default(struct job *job, const char *name, const char *value);

#define JOB_DEFAULTS 3

#endif
