// SPDX-License-Identifier: MIT
#include "mem/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "mem/xalloc.h"

#define NODES "/sys/devices/system/node"
#define THP "/sys/kernel/mm/transparent_hugepage"
#define WEIGHTS "/sys/kernel/mm/mempolicy/weighted_interleave"

/* The kernel starts killing at its watermarks, below which it keeps about this much of a node. */
#define KEPT_LEAST (32ULL << 20)
#define KEPT_SHARE 64

/* libnuma's own messages go to stderr unprefixed; ours say the same with the node's name. */
void numa_warn(int number, char *fmt, ...)
{
	(void)number;
	(void)fmt;
}

void numa_error(char *where)
{
	(void)where;
}

/*
 * The nodes that this process may use, as libnuma read them in /proc/self/status when the program
 * started. Without /proc it leaves them empty.
 */
static struct bitmask *allowed_nodes(void)
{
	if (!numa_bitmask_weight(numa_all_nodes_ptr))
		copy_bitmask_to_bitmask(numa_nodes_ptr, numa_all_nodes_ptr);
	if (!numa_bitmask_weight(numa_all_nodes_ptr))
		numa_bitmask_setbit(numa_all_nodes_ptr, 0);
	return numa_all_nodes_ptr;
}

/* Those that this host has: none in sysfs is a sysfs that does not show them. */
static struct bitmask *shown_nodes(void)
{
	return numa_bitmask_weight(numa_nodes_ptr) ? numa_nodes_ptr : allowed_nodes();
}

unsigned int host_nr_nodes(void)
{
	const struct bitmask *nodes = shown_nodes();
	unsigned int nr = nodes->size;

	while (!numa_bitmask_isbitset(nodes, nr - 1))
		nr--;
	return nr;
}

const char *host_nodes_text(char text[32])
{
	unsigned int last = host_nr_nodes() - 1;

	snprintf(text, 32, last ? "0 to %u" : "only 0", last);
	return text;
}

bool host_has_node(unsigned int node)
{
	return numa_bitmask_isbitset(shown_nodes(), node);
}

bool host_allows_node(unsigned int node)
{
	return numa_bitmask_isbitset(allowed_nodes(), node);
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

/* By the meminfo of one node. */
static uint64_t free_on_node(const char *text)
{
	uint64_t free_bytes = meminfo(text, " MemFree:") + meminfo(text, " Active(file):") +
			      meminfo(text, " Inactive(file):") + meminfo(text, " SReclaimable:");
	uint64_t kept = meminfo(text, " MemTotal:") / KEPT_SHARE;

	kept = kept > KEPT_LEAST ? kept : KEPT_LEAST;
	return free_bytes > kept ? free_bytes - kept : 0;
}

/* Of the whole machine, where /proc/meminfo has the kernel's own estimate. */
static uint64_t free_in_all(void)
{
	struct sysinfo info = { 0 };
	char text[4096];

	read_text("/proc/meminfo", text, sizeof(text));
	if (text[0])
		return meminfo(text, "MemAvailable:");
	/* It does not say what the page cache would give back. */
	sysinfo(&info);
	return (uint64_t)info.totalram * info.mem_unit;
}

uint64_t host_free_memory(unsigned int node)
{
	char path[64], text[4096];

	if (host_nr_nodes() == 1 && !access("/proc/meminfo", R_OK))
		return free_in_all();
	snprintf(path, sizeof(path), NODES "/node%u/meminfo", node);
	read_text(path, text, sizeof(text));
	return text[0] ? free_on_node(text) : free_in_all();
}

uint64_t host_hidden_memory(void)
{
	return host_nr_nodes() > 1 && access(NODES "/online", R_OK) ? free_in_all() : UINT64_MAX;
}

uint64_t host_free_huge_pages(unsigned int node, uint64_t page_size)
{
	unsigned long long kib = page_size >> 10;
	char file[64], text[4096];
	uint64_t nr;

	snprintf(file, sizeof(file), "hugepages/hugepages-%llukB/free_hugepages", kib);
	nr = host_read_number(UINT64_MAX, NODES "/node%u/%s", node, file);
	if (nr == UINT64_MAX)
		nr = host_read_number(UINT64_MAX, "/sys/kernel/mm/%s", file);
	if (nr != UINT64_MAX)
		return nr;
	/* Of the default size alone. */
	read_text("/proc/meminfo", text, sizeof(text));
	if (meminfo(text, "Hugepagesize:") == page_size)
		return meminfo(text, "HugePages_Free:") >> 10;
	return access("/sys/kernel/mm", F_OK) ? UINT64_MAX : 0;
}

/*
 * "always [madvise] never", and for files in memory "always within_size advise [never] deny force".
 */
bool host_gives_thp(bool shared)
{
	char text[80];

	read_text(shared ? THP "/shmem_enabled" : THP "/enabled", text, sizeof(text));
	if (!text[0])
		return access("/sys/kernel/mm", F_OK);
	return !strstr(text, "[never]") && !strstr(text, "[deny]");
}

unsigned int host_interleave_weight(unsigned int node)
{
	return host_read_number(1, WEIGHTS "/node%u", node);
}

/* A node that does not show its CPUs may have any. */
static struct bitmask *cpus_of(const struct bitmask *nodes)
{
	struct bitmask *cpus = numa_allocate_cpumask(), *of_node = numa_allocate_cpumask();

	for (unsigned int node = 0; node < nodes->size; node++) {
		if (!numa_bitmask_isbitset(nodes, node))
			continue;
		if (numa_node_to_cpus(node, of_node))
			numa_bitmask_setall(of_node);
		for (unsigned int cpu = 0; cpu < cpus->size; cpu++)
			if (numa_bitmask_isbitset(of_node, cpu))
				numa_bitmask_setbit(cpus, cpu);
	}
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

	if (numa_sched_getaffinity(getpid(), allowed) < 0)
		numa_bitmask_setall(allowed);
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

/* Adds the numbers of @list to @nodes, which may be NULL. False: it has others, or is no list. */
static bool read_list(const char *list, struct bitmask *nodes)
{
	unsigned long number, last;

	do {
		if (!take_list_number(&list, &number))
			return false;
		last = number;
		if (*list == '-' && (list++, !take_list_number(&list, &last) || last < number))
			return false;
		if (nodes && last >= nodes->size)
			return false;
		while (nodes && number <= last)
			numa_bitmask_setbit(nodes, number++);
	} while (*list++ == ',');
	return !list[-1];
}

bool host_list_is_sound(const char *list)
{
	return read_list(list, NULL);
}

struct bitmask *host_parse_nodes(const char *list)
{
	struct bitmask *nodes;

	/* "all", "!0" and "+0". */
	if (!host_list_is_sound(list)) {
		allowed_nodes();
		return numa_parse_nodestring(list);
	}
	nodes = numa_allocate_nodemask();
	if (read_list(list, nodes))
		return nodes;
	numa_bitmask_free(nodes);
	return NULL;
}

struct bitmask *host_parse_cpus(const char *list)
{
	if (!numa_bitmask_weight(numa_all_cpus_ptr))
		numa_sched_getaffinity(getpid(), numa_all_cpus_ptr);
	return numa_parse_cpustring(list);
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
