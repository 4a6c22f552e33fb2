/* SPDX-License-Identifier: MIT */
/*
 * A program's system calls, followed with ptrace(2) through all of its threads: which ones it makes
 * from a first one of its own on, and one of them made to fail. fault.c runs numavm with it. strace
 * could count calls only for each thread apart, and a vCPU's ioctls not without main's.
 */
#ifndef TESTS_FAULT_INJECT_H
#define TESTS_FAULT_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Calls are told apart by number and, for an ioctl, request; the @nth of them, from 0. */
struct call {
	long number;
	unsigned long request;
	unsigned int nth;
};

struct trace {
	struct call *calls; /* in their order, each with its nth */
	size_t nr;
	bool reached; /* what was to fail was called */
	char object[256]; /* of that call: the path or descriptor it was for; or empty */
	int status; /* as wait(2) has it */
	bool timed_out; /* killed for it */
};

/*
 * Runs @argv with stdin, stdout and stderr as given until it ends, at most @seconds. Calls count
 * from the first fcntl(2) on, main()'s first. @fail (NULL: none) fails with @error.
 */
void inject_run(char *const argv[], const int files[3], const struct call *fail, int error,
		unsigned int seconds, struct trace *trace);

void inject_free(struct trace *trace);

#endif
