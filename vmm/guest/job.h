/* SPDX-License-Identifier: MIT */
/*
 * What init is told: the file JOB_PATH in the guest, a sequence of records. Each is one letter, a
 * text and a 0. Written on the host by job.c, for initramfs.c, and read by init/job.c, which takes
 * what is above the functions.
 */
#ifndef VMM_GUEST_JOB_H
#define VMM_GUEST_JOB_H

#define JOB_FOLDER "/.numavm"
#define JOB_PATH JOB_FOLDER "/job"
#define JOB_MODULES JOB_FOLDER "/modules" /* each called as the module */

enum job_letter {
	JOB_ARGUMENT = 'a', /* one each, in order */
	JOB_ENVIRONMENT = 'e', /* NAME=VALUE; PATH and HOME have defaults */
	JOB_CHDIR = 'd',
	JOB_USER = 'u', /* NAME|UID[:GID] */
	JOB_HOSTNAME = 'h',
	JOB_TERMINAL = 't', /* ROWS COLUMNS, decimal */
	JOB_MODULE = 'm', /* a file in JOB_MODULES, in the order of loading */
	JOB_OPTIONAL = 'M', /* the same, of one that may refuse to load */
	JOB_OUT = 'o', /* a path to send at the end, in order */
	JOB_KEY = 'k', /* decimal */
	JOB_PORT = 'p', /* 0x..: the fast port */
	JOB_POWEROFF = 'q', /* no text */
};

struct command;
struct error;
struct file;
struct modules;

/* The value of @name in what @command sets, or NULL. */
const char *job_variable(const struct command *command, const char *name);

/*
 * The PATH of @command: as it sets it, else this process's and the usual folders, so that what is
 * found here is found there; NULL with a root of its own, for init's default. To be freed.
 */
char *job_path(const struct command *command);

/* Opens an archive, in memory, with the job of @command at JOB_PATH. Returns 0, or -1. */
int job_open(const struct command *command, const struct modules *modules, struct file *job,
	     struct error *err);

#endif
