// SPDX-License-Identifier: MIT
/*
 * guest_init_lines: the machine that the kernel sees, as NAME=VALUE lines for compare.c.
 */
#include "guest_init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BLOCKS 1024 /* 128 GiB of 128 MiB each: more than any guest under test has */

/* The memory blocks linked below a node, as a list; the kernel has no file for it. */
static void put_blocks(int node)
{
	const char *comma = "";
	char path[128];
	struct stat st;

	put("node%d.blocks=", node);
	for (int block = 0, first = -1; block <= MAX_BLOCKS; block++) {
		snprintf(path, sizeof(path), SYS_NODE "/node%d/memory%d", node, block);
		if (block < MAX_BLOCKS && lstat(path, &st) == 0) {
			first = first < 0 ? block : first;
			continue;
		}
		if (first >= 0) {
			put("%s%d", comma, first);
			if (first < block - 1)
				put("-%d", block - 1);
			comma = ",";
		}
		first = -1;
	}
	put("\n");
}

long node_memory_kb(int node)
{
	const char *total = strstr(text_of(SYS_NODE "/node%d/meminfo", node), "MemTotal:");

	return total ? strtol(total + strlen("MemTotal:"), NULL, 10) : -1;
}

static void put_nodes(void)
{
	static const char *const sets[] = { "online", "possible", "has_cpu", "has_memory",
					    "has_normal_memory" };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		put("node.%s=%s\n", sets[i], text_of(SYS_NODE "/%s", sets[i]));
	put("block_size=%s\n", text_of("/sys/devices/system/memory/block_size_bytes"));
	for_each_in(node, text_of(SYS_NODE "/online"))
	{
		put("node%d.cpulist=%s\n", node, text_of(SYS_NODE "/node%d/cpulist", node));
		put("node%d.distance=%s\n", node, text_of(SYS_NODE "/node%d/distance", node));
		put("node%d.memtotal=%ld\n", node, node_memory_kb(node));
		put_blocks(node);
	}
}

/* zone.NODE.NAME=PRESENT SPANNED START, in pages. */
static void put_zones(void)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	char line[256], zone[32] = "";
	unsigned long spanned = 0, present = 0, pages;
	int node = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %d, zone %31s", &node, zone) == 2)
			continue;
		if (sscanf(line, " spanned %lu", &pages) == 1)
			spanned = pages;
		else if (sscanf(line, " present %lu", &pages) == 1)
			present = pages;
		else if (sscanf(line, " start_pfn: %lu", &pages) == 1 && spanned)
			put("zone.%d.%s=%lu %lu %lu\n", node, zone, present, spanned, pages);
	}
	if (f)
		fclose(f);
}

/* cpuN.id: the APIC id on x86. */
static void put_apic_ids(void)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[4096];
	int cpu = -1, id;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "processor : %d", &cpu) == 1)
			continue;
		if (sscanf(line, "apicid : %d", &id) == 1)
			put("cpu%d.id=%d\n", cpu, id);
	}
	if (f)
		fclose(f);
}

/* cpuN.id where there is a device tree: the MPIDR in the node that the kernel took for this CPU,
 * big-endian and of one cell or two. A CPU by whose MPIDR nobody answers would not be online. */
static void put_tree_id(int cpu)
{
	unsigned char reg[8];
	unsigned long long id = 0;
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), SYS_CPU "/cpu%d/of_node/reg", cpu);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, reg, sizeof(reg));
	close(fd);
	for (ssize_t i = 0; i < n; i++)
		id = id << 8 | reg[i];
	put("cpu%d.id=%llu\n", cpu, id);
}

static void put_cpu(int cpu)
{
	static const char *const topology[] = {
		"physical_package_id",	"die_id",	  "core_id",
		"thread_siblings_list", "core_cpus_list", "package_cpus_list"
	};
	static const char *const cache[] = { "level",
					     "type",
					     "size",
					     "shared_cpu_list",
					     "ways_of_associativity",
					     "coherency_line_size",
					     "number_of_sets" };

	put("cpu%d.topology=", cpu);
	for (size_t i = 0; i < sizeof(topology) / sizeof(topology[0]); i++)
		put("%s%s", i ? " " : "", text_of(SYS_CPU "/cpu%d/topology/%s", cpu, topology[i]));
	put("\ncpu%d.cluster=%s\n", cpu, text_of(SYS_CPU "/cpu%d/topology/cluster_cpus_list", cpu));
	for (int index = 0;; index++) {
		if (*text_of(SYS_CPU "/cpu%d/cache/index%d/level", cpu, index) == '-')
			break;
		put("cpu%d.cache%d=", cpu, index);
		for (size_t i = 0; i < sizeof(cache) / sizeof(cache[0]); i++)
			put("%s%s", i ? " " : "",
			    text_of(SYS_CPU "/cpu%d/cache/index%d/%s", cpu, index, cache[i]));
		put("\n");
	}
}

static void put_cpus(void)
{
	put("cpu.online=%s\n", text_of(SYS_CPU "/online"));
	put("cpu.present=%s\n", text_of(SYS_CPU "/present"));
	put("cpu.possible=%s\n", text_of(SYS_CPU "/possible"));
	for_each_in(cpu, text_of(SYS_CPU "/online"))
	{
		put_cpu(cpu);
		put_tree_id(cpu);
	}
	put_apic_ids();
}

/* ram.N=START LAST: the kernel's own RAM, as it keeps it where no firmware hands it a map. */
static void put_ram(void)
{
	FILE *f = fopen("/proc/iomem", "re");
	unsigned long long start, last;
	char line[256];
	int ram = 0;

	while (f && fgets(line, sizeof(line), f))
		if (*line != ' ' && strstr(line, " : System RAM\n") &&
		    sscanf(line, "%llx-%llx", &start, &last) == 2)
			put("ram.%d=0x%llx 0x%llx\n", ram++, start, last);
	if (f)
		fclose(f);
}

/* The firmware's memory map; its entries are numbered from 0. */
static void put_e820(void)
{
	for (int i = 0;; i++) {
		const char *start = text_of("/sys/firmware/memmap/%d/start", i);

		if (*start == '-')
			break;
		put("e820.%d=%s %s %s\n", i, start, text_of("/sys/firmware/memmap/%d/end", i),
		    text_of("/sys/firmware/memmap/%d/type", i));
	}
}

/*
 * One record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg),
 * "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT". The flag c marks the rest of a line that another CPU's
 * message cut in two: its level is the kernel's default, which is warning, and not that of its
 * line.
 */
static void put_warning(const char *record)
{
	const char *text = strchr(record, ';');
	unsigned priority;
	char flag;

	if (!text || sscanf(record, "%u,%*u,%*u,%c", &priority, &flag) < 2)
		put("kmsg=0,not a record: %s", record);
	else if ((priority & 7) <= KLOG_WARNING && flag != 'c')
		put("kmsg=%u,%.*s\n", priority & 7, (int)strcspn(text + 1, "\n"), text + 1);
}

/* The kernel's messages at warning level or worse, as kmsg=LEVEL,TEXT. */
static void put_warnings(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	char record[8192]; /* CONSOLE_EXT_LOG_MAX: a read that cannot take the whole one fails */
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		put_warning(record);
	}
	if (n == 0 || errno != EAGAIN)
		put("kmsg=0,the kernel's log cannot be read: %s\n", strerror(errno));
	close(fd);
}

void show_lines(void)
{
	put("\nnumavm-guest-begin\n");
	put_nodes();
	put_zones();
	put_cpus();
	put_e820();
	put_ram();
	put("cmdline=%s\n", text_of("/proc/cmdline"));
	put("version=%s\n", text_of("/proc/version"));
	put_warnings();
	put("numavm-guest-end\n");
}
