// SPDX-License-Identifier: MIT
/*
 * guest_init: the first process of a guest under test. It tells on the console what machine the
 * kernel sees, as NAME=VALUE lines between two markers (or, with numavm.show=text, for people),
 * and then ends in the way that numavm.end= on the kernel command line asks for.
 *
 * Every byte on an emulated serial line costs exits, hence short names, one line for each thing
 * and one write for all of them. compare.c is the reader of these lines.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define SYS_NODE "/sys/devices/system/node"
#define SYS_CPU "/sys/devices/system/cpu"
#define MAX_BLOCKS 1024 /* 128 GiB of 128 MiB each: more than any guest under test has */

/* klogctl's command and two levels, which the C library does not name (syslog(2)). */
enum { KLOG_CONSOLE_LEVEL = 8 };
enum { KLOG_WARNING = 4, KLOG_DEBUG = 7 };

static char out[1 << 20];
static size_t out_used;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out + out_used, sizeof(out) - out_used, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof(out) - out_used)
		out_used += n;
}

static void out_write(void)
{
	size_t done = 0;
	ssize_t n;

	while (done < out_used) {
		n = write(STDOUT_FILENO, out + done, out_used - done);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? n : 0;
	}
	tcdrain(STDOUT_FILENO); /* the power must not go before the last byte did */
	out_used = 0;
}

/* The file's text without its last newline, or "-" where there is none; never freed, because the
 * whole machine ends with this process. */
__attribute__((format(printf, 1, 2))) static char *text_of(const char *format, ...)
{
	char path[256], text[4096];
	ssize_t n = -1;
	va_list args;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n < 0)
		return strdup("-");
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	return strndup(text, n);
}

/* The next number of a list such as "0-2,5", or -1 at its end. *@at starts as the list. */
static int list_next(const char **at, int last)
{
	char *end;
	long from, to;

	if (**at < '0' || **at > '9')
		return -1;
	from = to = strtol(*at, &end, 10);
	if (*end == '-')
		to = strtol(end + 1, &end, 10);
	if (last + 1 > from)
		from = last + 1;
	if (from >= to)
		*at = *end == ',' ? end + 1 : end;
	return (int)from;
}

#define for_each_in(id, list)                                                           \
	for (const char *at_##id = (list), *go_##id = at_##id; go_##id; go_##id = NULL) \
		for (int id = list_next(&at_##id, -1); id >= 0; id = list_next(&at_##id, id))

/* ---- for the program that compares ---- */

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

static long node_memory_kb(int node)
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

static void show_lines(void)
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

/* ---- for people, in the manner of numactl -H ---- */

static void show_nodes(void)
{
	const char *online = text_of(SYS_NODE "/online");
	int nodes = 0;

	for_each_in(node, online) nodes += node >= 0;
	put("available: %d node%s (%s)\n", nodes, nodes == 1 ? "" : "s", online);
	for_each_in(node, online)
	{
		put("node %d cpus:", node);
		for_each_in(cpu, text_of(SYS_NODE "/node%d/cpulist", node)) put(" %d", cpu);
		put("\nnode %d size: %ld MB\n", node, node_memory_kb(node) / 1024);
	}
	put("node distances:\nnode ");
	for_each_in(node, online) put(" %3d", node);
	for_each_in(node, online)
	{
		char *rest = text_of(SYS_NODE "/node%d/distance", node), *value;

		put("\n%4d:", node);
		while ((value = strsep(&rest, " ")))
			put(" %3s", value);
	}
	put("\n");
}

/* One line for each last-level cache, by the first CPU that has it. */
static void show_caches(void)
{
	for_each_in(cpu, text_of(SYS_CPU "/online"))
	{
		const char *shared = text_of(SYS_CPU "/cpu%d/cache/index3/shared_cpu_list", cpu);

		if (atoi(shared) == cpu && *shared != '-')
			put("L3 cache of %s in package %s: cpus %s; cpu %d's core: cpus %s\n",
			    text_of(SYS_CPU "/cpu%d/cache/index3/size", cpu),
			    text_of(SYS_CPU "/cpu%d/topology/physical_package_id", cpu), shared,
			    cpu, text_of(SYS_CPU "/cpu%d/topology/core_cpus_list", cpu));
	}
}

static void show_text(void)
{
	put("\n%s\n", text_of("/proc/version"));
	show_nodes();
	show_caches();
}

/* ---- the end ---- */

static int asked_for(const char *word)
{
	char *rest = text_of("/proc/cmdline"), *arg;

	while ((arg = strsep(&rest, " \n")))
		if (strcmp(arg, word) == 0)
			return 1;
	return 0;
}

static void panic_now(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	klogctl(KLOG_CONSOLE_LEVEL, NULL, KLOG_DEBUG);
	if (fd >= 0 && write(fd, "c", 1) == 1)
		pause();
	_exit(1); /* the end of init is a panic as well */
}

int main(void)
{
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	/* A message of the kernel in the midst of our lines would spoil them. */
	klogctl(KLOG_CONSOLE_LEVEL, NULL, 1);
	if (asked_for("numavm.show=text"))
		show_text();
	else
		show_lines();
	out_write();
	if (asked_for("numavm.end=panic"))
		panic_now();
	if (asked_for("numavm.end=halt-loop"))
		for (;;)
			pause();
	if (asked_for("numavm.end=reboot"))
		reboot(RB_AUTOBOOT);
	reboot(RB_POWER_OFF);
	return 1;
}
