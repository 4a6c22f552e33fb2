/* SPDX-License-Identifier: MIT */
/* A result as JSON (numavm(1), RESULT). result.c writes it. */
#ifndef VMM_RUN_RESULT_JSON_H
#define VMM_RUN_RESULT_JSON_H

#include "vmm/run/result.h"

/* One object, the caller's. What is not known of the run is not in it. */
json_t *result_json(const struct result *result);

/* A command's arguments, which end with NULL, for result->command. */
json_t *result_json_command(char *const *command);

#endif
