/* SPDX-License-Identifier: MIT */
/* How long something took, for reports. */
#ifndef MEM_CLOCK_H
#define MEM_CLOCK_H

#include <time.h>

/* Seconds from @start, which is of CLOCK_MONOTONIC, until now. */
double clock_seconds_since(const struct timespec *start);

#endif
