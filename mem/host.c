// SPDX-License-Identifier: MIT
#include "mem/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mem/xalloc.h"

#define NODES "/sys/devices/system/node"
#define THP "/sys/kernel/mm/transparent_hugepage"
#define WEIGHTS "/sys/kernel/mm/mempolicy/weighted_interleave"

/* The kernel starts killing at its watermarks, below which it keeps about this much of a node. */
#define KEPT_LEAST (32ULL << 20)
#define KEPT_SHARE 64

unsigned int host_nr_nodes(void)
{
	return numa_available() < 0 ? 1 : numa_max_node() + 1;
}

bool host_has_node(unsigned int node)
{
	char path[64];

	snprintf(path, sizeof(path), NODES "/node%u", node);
	return !access(path, F_OK) || (!node && numa_available() < 0);
}

bool host_allows_node(unsigned int node)
{
	struct bitmask *allowed = numa_get_mems_allowed();
	bool allows = numa_bitmask_isbitset(allowed, node);

	numa_bitmask_free(allowed);
	return allows;
}

/* What the file at @path begins with; "" when there is nothing to read. */
static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	text[length > 0 ? length : 0] = 0;
	if (fd >= 0)
		close(fd);
}

uint64_t host_read_number(uint64_t otherwise, const char *fmt, ...)
{
	char path[PATH_MAX], text[32], *end;
	uint64_t value;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	read_text(path, text, sizeof(text));
	value = strtoull(text, &end, 10);
	return end > text ? value : otherwise;
}

/* "Node 0 MemFree:  123 kB", in bytes; 0 where there is no such line. */
static uint64_t meminfo(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoull(line + strlen(name), NULL, 10) << 10 : 0;
}

uint64_t host_free_memory(unsigned int node)
{
	char path[64] = "/proc/meminfo", text[4096];
	uint64_t free_bytes, kept;

	if (host_nr_nodes() > 1)
		snprintf(path, sizeof(path), NODES "/node%u/meminfo", node);
	read_text(path, text, sizeof(text));
	/* The kernel's own estimate, of the whole machine. */
	if (host_nr_nodes() == 1)
		return meminfo(text, "MemAvailable:");
	free_bytes = meminfo(text, " MemFree:") + meminfo(text, " Active(file):") +
		     meminfo(text, " Inactive(file):") + meminfo(text, " SReclaimable:");
	kept = meminfo(text, " MemTotal:") / KEPT_SHARE;
	kept = kept > KEPT_LEAST ? kept : KEPT_LEAST;
	return free_bytes > kept ? free_bytes - kept : 0;
}

uint64_t host_free_huge_pages(unsigned int node, uint64_t page_size)
{
	return host_read_number(0, NODES "/node%u/hugepages/hugepages-%llukB/free_hugepages", node,
				(unsigned long long)page_size >> 10);
}

/*
 * "always [madvise] never", and for files in memory "always within_size advise [never] deny force".
 */
bool host_gives_thp(bool shared)
{
	char text[80];

	read_text(shared ? THP "/shmem_enabled" : THP "/enabled", text, sizeof(text));
	return text[0] && !strstr(text, "[never]") && !strstr(text, "[deny]");
}

unsigned int host_interleave_weight(unsigned int node)
{
	return host_read_number(1, WEIGHTS "/node%u", node);
}

static struct bitmask *cpus_of(const struct bitmask *nodes)
{
	struct bitmask *cpus = numa_allocate_cpumask(), *of_node = numa_allocate_cpumask();

	for (unsigned int node = 0; node < nodes->size; node++)
		if (numa_bitmask_isbitset(nodes, node) && !numa_node_to_cpus(node, of_node))
			for (unsigned int cpu = 0; cpu < cpus->size; cpu++)
				if (numa_bitmask_isbitset(of_node, cpu))
					numa_bitmask_setbit(cpus, cpu);
	numa_bitmask_free(of_node);
	return cpus;
}

bool host_has_cpus(const struct bitmask *nodes)
{
	struct bitmask *cpus = cpus_of(nodes);
	bool has = numa_bitmask_weight(cpus);

	numa_bitmask_free(cpus);
	return has;
}

struct bitmask *host_cpus(const struct bitmask *nodes)
{
	struct bitmask *allowed = numa_allocate_cpumask(), *cpus;

	numa_sched_getaffinity(getpid(), allowed);
	if (!nodes)
		return allowed;
	cpus = cpus_of(nodes);
	for (unsigned int i = 0; i < cpus->size; i++)
		if (!numa_bitmask_isbitset(allowed, i))
			numa_bitmask_clearbit(cpus, i);
	numa_bitmask_free(allowed);
	return cpus;
}

/* libnuma narrows what it reads to an int, so 4294967296 would pass for node 0, and 1-0 for 1. */
static bool take_list_number(const char **text, unsigned long *number)
{
	size_t digits = strspn(*text, "0123456789");

	if (!digits || digits > 9)
		return false;
	*number = strtoul(*text, NULL, 10);
	*text += digits;
	return true;
}

bool host_list_is_sound(const char *list)
{
	unsigned long first, last;

	do {
		if (!take_list_number(&list, &first))
			return false;
		if (*list == '-' && (list++, !take_list_number(&list, &last) || last < first))
			return false;
	} while (*list++ == ',');
	return !list[-1];
}

char *host_list(const struct bitmask *mask)
{
	int number = errno;
	char *text = xstrdup(""), *longer;

	for (unsigned int i = 0; i < mask->size; i++) {
		unsigned int first = i;

		if (!numa_bitmask_isbitset(mask, i))
			continue;
		while (i + 1 < mask->size && numa_bitmask_isbitset(mask, i + 1))
			i++;
		if (i > first)
			longer = xasprintf("%s%s%u-%u", text, *text ? "," : "", first, i);
		else
			longer = xasprintf("%s%s%u", text, *text ? "," : "", i);
		free(text);
		text = longer;
	}
	errno = number;
	return text;
}

int host_lock(void)
{
	int fd = open(NODES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && flock(fd, LOCK_EX) && errno == EINTR)
		;
	return fd;
}
