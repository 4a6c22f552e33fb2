// SPDX-License-Identifier: MIT
#include "vmm/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "mem/host.h"
#include "mem/xalloc.h"
#include "mem/size.h"
#include "mem/text.h"
#include "vmm/cli/keys.h"
#include "vmm/run/vm.h"

__attribute__((format(printf, 2, 3))) static void warn(struct plan *plan, const char *fmt, ...)
{
	struct error text; /* which bounds it as a message */
	va_list ap;

	va_start(ap, fmt);
	error_vset(&text, fmt, ap);
	va_end(ap);
	text_clean(text.text);
	plan->warnings = xrealloc(plan->warnings, plan->nr_warnings + 1, sizeof(*plan->warnings));
	plan->warnings[plan->nr_warnings++] = xstrdup(text.text);
}

static void add_warning(void *plan, const char *sentence)
{
	warn(plan, "%s", sentence);
}

/* Edges between nodes inside of one block; the first is named, the others counted. */
static void warn_of_edges(struct plan *plan)
{
	uint64_t block = arch_memory_block(plan->machine);
	const struct layout_range *first = NULL;
	unsigned int others = 0;
	char size[32], more[40] = "";

	for (unsigned int i = 1; i < plan->machine->layout.nr_ranges; i++) {
		const struct layout_range *range = &plan->machine->layout.ranges[i];

		if (range[-1].gpa + range[-1].size != range->gpa || !(range->gpa % block))
			continue;
		others += first != NULL;
		first = first ? first : range;
	}
	if (others)
		snprintf(more, sizeof(more), ", as do %u more", others);
	if (first)
		warn(plan,
		     "node %u begins at 0x%llx%s, inside of a memory block of the guest's (%s), "
		     "which two nodes will share: make the nodes multiples of %s",
		     first->node, (unsigned long long)first->gpa, more, size_format(block, size),
		     size);
}

static void warn_of_small_nodes(struct plan *plan)
{
	const struct topology *t = &plan->machine->topology;
	struct bitmask *small = numa_bitmask_alloc(t->nr_nodes);
	unsigned int nr;
	char *list;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (t->nodes[i].size && t->nodes[i].size < arch_node_min_size)
			numa_bitmask_setbit(small, i);
	nr = numa_bitmask_weight(small);
	list = host_list(small);
	if (nr)
		warn(plan,
		     "node%s %s %s less than 4M, which Linux before 6.7 ignores or crashes on",
		     nr > 1 ? "s" : "", list, nr > 1 ? "have" : "has");
	free(list);
	numa_bitmask_free(small);
}

static void warn_of_failure(struct plan *plan, const struct error *err)
{
	plan->fits = false;
	warn(plan, "run would fail on this host now: %s", err->text);
}

/* Asked as run would, and nothing taken. */
static void warn_of_fit(struct plan *plan)
{
	struct error err;

	plan->fits = true;
	if (vm_check_host(plan->machine, &err))
		warn_of_failure(plan, &err);
	if (fit_make(plan->machine, &plan->fit, &err))
		warn_of_failure(plan, &err);
	fit_unlock(&plan->fit);
	if (plan->fit.unlocked)
		warn(plan, FIT_UNLOCKED);
	for (unsigned int i = 0; i < plan->machine->topology.nr_nodes; i++) {
		const struct backing *backing = &plan->fit.backings[i];

		if (backing->given_up[0])
			warn(plan, "node %u will not be as declared: %s", i, backing->given_up);
		if (backing->warning.text[0])
			warn(plan, "node %u: %s", i, backing->warning.text);
	}
}

/* What has a policy of its own, or is hugetlb, the kernel leaves alone. */
static bool is_balanced(const struct backing *backing)
{
	return backing->policy == PLACEMENT_DEFAULT && !backing->pages->huge_shift;
}

/* Automatic NUMA balancing scans memory that is not bound and unmaps it for a while. */
static void warn_of_balancing(struct plan *plan)
{
	if (!host_read_number(0, "/proc/sys/kernel/numa_balancing"))
		return;
	for (unsigned int i = 0; i < plan->machine->topology.nr_nodes; i++)
		if (plan->machine->topology.nodes[i].size && is_balanced(&plan->fit.backings[i])) {
			warn(plan,
			     "node %u is not bound and this host balances NUMA automatically, "
			     "which slows the guest: add host nodes, or sysctl "
			     "kernel.numa_balancing=0",
			     i);
			return;
		}
}

void plan_make(struct plan *plan, const struct machine *m)
{
	*plan = (struct plan){ .machine = m };
	arch_cannot_show(m, add_warning, plan);
	warn_of_edges(plan);
	warn_of_small_nodes(plan);
	warn_of_fit(plan);
	warn_of_balancing(plan);
}

void plan_free(struct plan *plan)
{
	for (unsigned int i = 0; i < plan->nr_warnings; i++)
		free(plan->warnings[i]);
	free(plan->warnings);
	fit_free(&plan->fit);
	*plan = (struct plan){ 0 };
}

/* The beginning of a list, which can be of any length: a format and its arguments. */
#define SHORT "%.60s%s"
#define SHORTEN(list) list, strlen(list) > 60 ? "..." : ""

/* "2 (bind)": the host nodes as they were declared, local ones as they are. */
static void format_host(const struct plan *plan, unsigned int node, char *text, size_t size)
{
	const struct placement *placement = &plan->machine->topology.nodes[node].placement;
	const struct backing *backing = &plan->fit.backings[node];
	const char *declared = placement->host ? placement->host : "any";
	char *list = backing->nodes ? host_list(backing->nodes) : NULL;

	declared = list && *list ? list : declared;
	snprintf(text, size, SHORT " (%s)", SHORTEN(declared),
		 backing->chosen && list ? "chosen" : placement_policy_name(placement->policy));
	free(list);
}

static void print_nodes(const struct plan *plan, FILE *file)
{
	const struct key *pin = key_find("pin", KEY_IN_NODE);
	const struct topology *t = &plan->machine->topology;
	unsigned int cpu = 0;

	fprintf(file, "node   memory  CPUs       host nodes                pages  populate  pin\n");
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		const struct placement *placement = &t->nodes[i].placement;
		unsigned int nr = t->nodes[i].llcs * t->cores * t->threads;
		char size[32], cpus[32] = "-", host[100];

		if (nr)
			snprintf(cpus, sizeof(cpus), nr > 1 ? "%u-%u" : "%u", cpu, cpu + nr - 1);
		cpu += nr;
		format_host(plan, i, host, sizeof(host));
		fprintf(file, "%4u %8s  %-9s  %-24s  %-5s  %-8s  " SHORT "\n", i,
			t->nodes[i].size ? size_format(t->nodes[i].size, size) : "-", cpus, host,
			plan->fit.backings[i].pages->name, placement->populate ? "yes" : "no",
			SHORTEN(key_name(pin, &t->nodes[i])));
	}
}

static void print_ranges(const struct plan *plan, FILE *file)
{
	fprintf(file, "\nslot  node  guest-physical                       size  host nodes\n");
	for (unsigned int i = 0; i < plan->machine->layout.nr_ranges; i++) {
		const struct layout_range *range = &plan->machine->layout.ranges[i];
		char size[32], host[100];

		format_host(plan, range->node, host, sizeof(host));
		fprintf(file, "%4u  %4u  0x%012llx-0x%012llx  %8s  %s\n", range->slot, range->node,
			(unsigned long long)range->gpa,
			(unsigned long long)(range->gpa + range->size - 1),
			size_format(range->size, size), host);
	}
}

static void print_map(const struct plan *plan, FILE *file)
{
	if (plan->machine->map.nr)
		fprintf(file, "\ne820                             type\n");
	for (unsigned int i = 0; i < plan->machine->map.nr; i++) {
		const struct memory_map_entry *entry = &plan->machine->map.entries[i];

		fprintf(file, "0x%012llx-0x%012llx  %s\n", (unsigned long long)entry->start,
			(unsigned long long)(entry->start + entry->size - 1),
			memory_map_type_name(entry->type));
	}
}

/* A million of them on the largest machine: formatted once each value. */
static void print_distances(const struct plan *plan, FILE *file)
{
	unsigned int n = plan->machine->topology.nr_nodes;
	char text[256][5];

	for (unsigned int value = 0; value < 256; value++)
		snprintf(text[value], sizeof(text[value]), " %3u", value);
	fprintf(file, "\ndistances\nnode ");
	for (unsigned int i = 0; i < n; i++)
		fprintf(file, " %3u", i);
	for (unsigned int i = 0; i < n; i++) {
		fprintf(file, "\n%4u:", i);
		for (unsigned int j = 0; j < n; j++)
			fwrite(text[*topology_distance(&plan->machine->topology, i, j)], 1, 4,
			       file);
	}
	fputc('\n', file);
}

void plan_print(const struct plan *plan, FILE *file)
{
	print_nodes(plan, file);
	print_ranges(plan, file);
	print_map(plan, file);
	print_distances(plan, file);
	if (plan->nr_warnings)
		fputc('\n', file);
	for (unsigned int i = 0; i < plan->nr_warnings; i++)
		fprintf(file, "warning: %s\n", plan->warnings[i]);
}
