/* SPDX-License-Identifier: MIT */
/* Kernel modules. init.c has them loaded before the command starts. */
#ifndef VMM_GUEST_INIT_MODULE_H
#define VMM_GUEST_INIT_MODULE_H

#include "vmm/guest/init/job.h"

/*
 * Loads the files of JOB_MODULES and removes them. Returns what is wrong, or NULL. Of one that is
 * optional a FRAME_WARNING says it.
 */
const char *module_load(const struct job_list *files);

#endif
