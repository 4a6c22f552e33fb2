/* SPDX-License-Identifier: MIT */
/*
 * What init is told: the file JOB_PATH in the guest, a sequence of records. Each is one letter, a
 * text and a 0. Written on the host by job.c, read by init/job.c.
 */
#ifndef VMM_GUEST_JOB_H
#define VMM_GUEST_JOB_H

#define JOB_FOLDER "/.numavm"
#define JOB_PATH JOB_FOLDER "/job"
#define JOB_MODULES JOB_FOLDER "/modules" /* NNN-NAME.ko */

enum job_letter {
	JOB_ARGUMENT = 'a', /* one each, in order */
	JOB_ENVIRONMENT = 'e', /* NAME=VALUE; PATH and HOME have defaults */
	JOB_CHDIR = 'd',
	JOB_USER = 'u', /* NAME|UID[:GID] */
	JOB_HOSTNAME = 'h',
	JOB_TERMINAL = 't', /* ROWS COLUMNS, decimal */
	JOB_MODULE = 'm', /* a file in JOB_MODULES, in the order of loading */
	JOB_OUT = 'o', /* a path to send at the end, in order */
	JOB_KEY = 'k', /* decimal */
	JOB_PORT = 'p', /* 0x..: the fast port */
	JOB_POWEROFF = 'q', /* no text */
};

#endif
