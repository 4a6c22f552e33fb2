/* SPDX-License-Identifier: MIT */
/*
 * One message on its way up: the function that finds a fault writes it, main or a
 * verb prints it. Nothing below them prints it or exits, so tests and fuzzers can call everything
 * in-process. The outermost caller owns it.
 */
#ifndef MEM_ERROR_H
#define MEM_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

struct error {
	char text[512];
	bool contention; /* a lack that can pass: trying again later may work */
	int number; /* errno of the call that failed; 0: none did */
};

/*
 * Writes the message; one that is too long, as with a value of a megabyte, loses its middle. Always
 * returns -1, so that a caller can say "return error_set(...)".
 */
int error_set(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int error_vset(struct error *err, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/*
 * The same, followed by ": " and the text of errno. errno also decides @err->contention:
 * ENOMEM, EAGAIN, EBUSY, ENOSPC, EMFILE and ENFILE are lacks that can pass. Returns -1.
 */
int error_errno(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Adds ": " and @cure where the call itself was refused, EPERM or ENOSYS, as by a container's
 * profile, seccomp(2). Returns -1.
 */
int error_cure(struct error *err, const char *cure);

/* Puts what @fmt says in front of the message that is there. Returns -1. */
int error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
