/* SPDX-License-Identifier: MIT */
/* What the memory cgroups of this process let it take. mem/capacity asks once per run. */
#ifndef MEM_CGROUP_H
#define MEM_CGROUP_H

#include <stdint.h>

/*
 * Bytes that this process can still take before a limit of its memory cgroup, or of one above it,
 * calls the OOM killer; UINT64_MAX without a limit. Linux, admin-guide/cgroup-v2.rst and
 * cgroup-v1/memory.rst.
 */
uint64_t cgroup_free_memory(void);

/* The same for a process whose /proc/PID/cgroup is @path, with the groups mounted at @mount. */
uint64_t cgroup_free_memory_at(const char *path, const char *mount);

#endif
