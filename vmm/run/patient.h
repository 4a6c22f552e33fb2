/* SPDX-License-Identifier: MIT */
/*
 * Writes to whom nobody may wait for: a pipe or a terminal whose reader has stopped must not hold
 * up the end of a run. Called for messages on stderr, and for a result that is no file.
 */
#ifndef VMM_RUN_PATIENT_H
#define VMM_RUN_PATIENT_H

#include <stddef.h>

/*
 * write(2) of all @size bytes, which is given up once nothing of them is taken for a second.
 * SIGALRM ends the wait: neither poll(2), which promises less room than a line may need, nor
 * O_NONBLOCK, which others who have the file open would share. Safe in signal handlers. Returns 0,
 * or -1 with errno, EINTR when it was given up.
 */
int patient_write(int fd, const char *bytes, size_t size);

#endif
