// SPDX-License-Identifier: MIT
#include "mem/cgroup.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"
#include "mem/xalloc.h"

/* The page tables are on the same account. */
#define KEPT_LEAST (8ULL << 20)
#define KEPT_SHARE 256

static const struct version {
	const char *controller; /* in /proc/PID/cgroup */
	const char *folder, *limit, *usage;
	const char *active, *inactive; /* pages of files, of the groups below too */
} versions[] = {
	{ "", "", "memory.max", "memory.current", "active_file", "inactive_file" },
	{ "memory", "/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
	  "total_active_file", "total_inactive_file" },
};

/* Pages of files, which the kernel gives up before it kills. */
static uint64_t read_cache(const struct version *version, const char *group)
{
	char *path = xasprintf("%s/memory.stat", group), name[32];
	FILE *file = fopen(path, "re");
	unsigned long long value;
	uint64_t sum = 0;

	free(path);
	while (file && fscanf(file, "%31s %llu", name, &value) == 2)
		if (!strcmp(name, version->active) || !strcmp(name, version->inactive))
			sum += value;
	if (file)
		fclose(file);
	return sum;
}

static uint64_t free_in_group(const struct version *version, const char *group)
{
	uint64_t limit = host_read_number(UINT64_MAX, "%s/%s", group, version->limit), usage, kept;

	if (limit == UINT64_MAX)
		return limit; /* "max", or no file */
	usage = host_read_number(0, "%s/%s", group, version->usage);
	limit += read_cache(version, group);
	kept = KEPT_LEAST + limit / KEPT_SHARE;
	return limit > usage + kept ? limit - usage - kept : 0;
}

/* The least of the group's and of those above it, up to the mount. */
static uint64_t free_in_groups(const struct version *version, const char *mount, const char *name)
{
	char *group = xasprintf("%s%s%s", mount, version->folder, name);
	size_t root = strlen(mount) + strlen(version->folder);
	uint64_t least = UINT64_MAX;

	for (;;) {
		uint64_t here = free_in_group(version, group);
		char *slash = strrchr(group + root, '/');

		least = here < least ? here : least;
		if (!slash)
			break;
		*slash = 0;
	}
	free(group);
	return least;
}

static bool names_controller(const char *list, const char *controller)
{
	size_t length = strlen(controller);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (!strncmp(list, controller, length) && (!list[length] || list[length] == ','))
			return true;
	return false;
}

/* A line is "ID:CONTROLLERS:/NAME"; version 2 has no controllers in it. */
static uint64_t free_by_line(char *line, const char *mount)
{
	char *controllers = strchr(line, ':'),
	     *name = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!name)
		return UINT64_MAX;
	*name++ = 0;
	name[strcspn(name, "\n")] = 0;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (names_controller(controllers + 1, versions[i].controller))
			return free_in_groups(&versions[i], mount, name);
	return UINT64_MAX;
}

uint64_t cgroup_free_memory_at(const char *path, const char *mount)
{
	uint64_t least = UINT64_MAX;
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) >= 0) {
		uint64_t here = free_by_line(line, mount);

		least = here < least ? here : least;
	}
	free(line);
	if (file)
		fclose(file);
	return least;
}

uint64_t cgroup_free_memory(void)
{
	return cgroup_free_memory_at("/proc/self/cgroup", "/sys/fs/cgroup");
}
