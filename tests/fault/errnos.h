/* SPDX-License-Identifier: MIT */
/*
 * What each system call of numavm's may fail with, as its man page says (for KVM's ioctls
 * Documentation/virt/kvm/api.rst), and what is expected then. A call without a row fails the suite:
 * name its errnos here.
 */
#ifndef TESTS_FAULT_ERRNOS_H
#define TESTS_FAULT_ERRNOS_H

#define ERRNOS_MAX 12

enum object { NO_OBJECT, OBJECT_PATH0, OBJECT_PATH1, OBJECT_FD };

enum expectation {
	/* It goes on as if nothing were, or ends with 125 and a message that names it. */
	EITHER,
	/* It ends: going on would be a lie. */
	ENDS,
	/* Not made to fail, for the reason in the row. */
	SPARED,
};

struct errnos {
	long number;
	unsigned long request; /* of an ioctl */
	const char *name;
	enum object object;
	enum expectation expect;
	int errors[ERRNOS_MAX]; /* up to a 0 */
	const char *caller; /* the C library's function that makes it, which a message may name */
};

/* The row of the call, or NULL. @request matters for an ioctl alone. */
const struct errnos *errnos_find(long number, unsigned long request);

#endif
