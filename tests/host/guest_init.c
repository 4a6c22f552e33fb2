// SPDX-License-Identifier: MIT
/*
 * guest_init: the first process of a guest under test. It tells on the console what machine the
 * kernel sees, as NAME=VALUE lines between two markers (or, with numavm.show=text, for people),
 * and then ends in the way that numavm.end= on the kernel command line asks for.
 *
 * Every byte on an emulated serial line costs exits, hence short names, one line for each thing
 * and one write for all of them. compare.c is the reader of these lines.
 */
#include "guest_init.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

/* klogctl's command, which the C library does not name (syslog(2)). */
enum { KLOG_CONSOLE_LEVEL = 8 };

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
