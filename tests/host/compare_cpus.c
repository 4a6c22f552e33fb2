// SPDX-License-Identifier: MIT
/*
 * compare_cpus: which CPUs the guest has, their APIC ids or MPIDRs, and with which others each
 * shares its core, its cluster, its package and its caches.
 */
#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct group {
	const char *key; /* the field of the plan that makes CPUs one group */
	const json_t *of; /* a CPU of the plan in the group */
};

static bool in_group(int cpu, const void *arg)
{
	const struct group *group = arg;

	return number(plan_cpu(cpu), group->key) == number(group->of, group->key);
}

/* The CPUs that have the same @key as @cpu, as a list. The caller frees. */
static char *group_of(int cpu, const char *key)
{
	struct group group = { key, plan_cpu(cpu) };

	return list_of(cpu_count(), in_group, &group);
}

static bool always(int number_, const void *unused)
{
	(void)number_;
	(void)unused;
	return true;
}

static void compare_topology(int cpu)
{
	char what[64], expected[512], seen_lists[512] = "";
	char *package = group_of(cpu, "package"), *core = group_of(cpu, "core");

	/* Of package, die and core only which CPUs share them is compared: the numbers are the
	 * kernel's own, made from the APIC id, and that is compared by itself. */
	sscanf(seen("cpu%d.topology", cpu), "%*s %*s %*s %511[^\n]", seen_lists);
	snprintf(what, sizeof(what), "cpu%d threads, core, package", cpu);
	snprintf(expected, sizeof(expected), "%s %s %s", core, core, package);
	same_text(what, expected, seen_lists);
	snprintf(what, sizeof(what), "cpu%d id", cpu);
	snprintf(expected, sizeof(expected), "%lld", (long long)number(plan_cpu(cpu), "id"));
	same_text(what, expected, seen("cpu%d.id", cpu));
	free(package);
	free(core);
}

/* A device tree has a word for the CPUs of one last-level cache: a cluster. */
static void compare_cluster(int cpu)
{
	char what[64], *llc = group_of(cpu, "llc");

	snprintf(what, sizeof(what), "cpu%d cluster", cpu);
	same_text(what, llc, seen("cpu%d.cluster", cpu));
	free(llc);
}

static void compare_caches(int cpu)
{
	char *llc = group_of(cpu, "llc"), *core = group_of(cpu, "core");
	/* A device tree has the first level in the CPU's own node: nobody can share it. */
	char *first = group_of(cpu, has_device_tree() ? "cpu" : "core");
	int levels[4] = { 0 };

	for (int index = 0; index < 8; index++) {
		char what[64], type[32], shared[512];
		int level;

		if (sscanf(seen("cpu%d.cache%d", cpu, index), "%d %31s %*s %511s", &level, type,
			   shared) != 3)
			continue;
		snprintf(what, sizeof(what), "cpu%d L%d %s shared by", cpu, level, type);
		same_text(what, level == 3 ? llc : level == 2 ? core : first, shared);
		if (level >= 1 && level <= 3)
			levels[level]++;
	}
	if (levels[1] != 2 || levels[2] != 1 || levels[3] != 1)
		differ("cpu%d caches: expected 2 of L1, 1 of L2, 1 of L3, seen %d, %d, %d", cpu,
		       levels[1], levels[2], levels[3]);
	free(llc);
	free(core);
	free(first);
}

void compare_cpus(void)
{
	static const char *const sets[] = { "cpu.online", "cpu.present", "cpu.possible" };
	char *all = list_of(cpu_count(), always, NULL);

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		same_text(sets[i], all, seen("%s", sets[i]));
	free(all);
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		compare_topology(cpu);
		compare_caches(cpu);
		if (has_device_tree())
			compare_cluster(cpu);
	}
}
