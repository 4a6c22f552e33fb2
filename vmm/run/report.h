/* SPDX-License-Identifier: MIT */
/*
 * Where each node's memory lies, told on stderr and in the result. Called by run once RAM is there.
 */
#ifndef VMM_RUN_REPORT_H
#define VMM_RUN_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "mem/ram.h"

/* A line a node that was placed or populated, and one for what a node had to give up. */
void report_print(const struct topology *t, const struct ram *ram, FILE *file);

/* The array "nodes" of the result. */
json_t *report_json(const struct topology *t, const struct ram *ram);

#endif
