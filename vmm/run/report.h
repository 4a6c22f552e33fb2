/* SPDX-License-Identifier: MIT */
/*
 * Where each node's memory is, told on stderr and in the result. Called by run once RAM is there.
 */
#ifndef VMM_RUN_REPORT_H
#define VMM_RUN_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "mem/ram.h"

/* A line per node that was placed or populated, and one for what a node had to give up. */
void report_print(const struct ram *ram, FILE *file);

/* The array "nodes" of the result. */
json_t *report_json(const struct ram *ram);

#endif
