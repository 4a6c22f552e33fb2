/* SPDX-License-Identifier: MIT */
/*
 * A machine for init that is none: the first process of new namespaces, in a root of its own, with
 * a terminal for the second serial port. drive.c starts it.
 */
#ifndef TESTS_INIT_ROOT_H
#define TESTS_INIT_ROOT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Starts @init with @job, of @size bytes, and @tty as /dev/ttyS1 (NULL: there is none). Returns a
 * process to wait for, which exits with 0 if init powered off; with it goes all that it started.
 */
pid_t root_start(const char *init, const char *job, size_t size, const char *tty);

/*
 * Makes a terminal, leaves our end in @tty, not blocking, and returns the other's path. That one is
 * held open, too, so that init's closing it is no end.
 */
const char *root_open_tty(int *tty);

#endif
