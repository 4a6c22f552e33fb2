// SPDX-License-Identifier: MIT
#include "mem/pin.h"

#include <stdlib.h>

#include "mem/host.h"
#include "mem/xalloc.h"

#define SIBLINGS "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list"

/* A host may have many more possible CPUs than there are: only those that can be taken are read. */
void pin_host_read(struct pin_host *host)
{
	struct bitmask *cpus = host_cpus(NULL);

	host->nr_cpus = numa_num_possible_cpus();
	host->core = xcalloc(host->nr_cpus, sizeof(*host->core));
	for (unsigned int cpu = 0; cpu < host->nr_cpus; cpu++) {
		host->core[cpu] = cpu;
		if (numa_bitmask_isbitset(cpus, cpu))
			host->core[cpu] = host_read_number(cpu, SIBLINGS, cpu);
	}
	numa_bitmask_free(cpus);
}

void pin_host_free(struct pin_host *host)
{
	free(host->core);
	*host = (struct pin_host){ 0 };
}

static bool is_free(const struct pin_host *host, const struct bitmask *free_cpus, unsigned int cpu)
{
	return cpu < host->nr_cpus && numa_bitmask_isbitset(free_cpus, cpu);
}

static unsigned int free_on_core(const struct pin_host *host, const struct bitmask *free_cpus,
				 unsigned int core)
{
	unsigned int nr = 0;

	for (unsigned int cpu = 0; cpu < host->nr_cpus; cpu++)
		nr += host->core[cpu] == core && is_free(host, free_cpus, cpu);
	return nr;
}

/* A host core with at least @threads CPUs left, the one with most of them; nr_cpus for none. */
static unsigned int best_core(const struct pin_host *host, const struct bitmask *free_cpus,
			      unsigned int threads)
{
	unsigned int best = host->nr_cpus, most = threads - 1;

	for (unsigned int cpu = 0; cpu < host->nr_cpus; cpu++) {
		unsigned int nr = 0;

		if (is_free(host, free_cpus, cpu))
			nr = free_on_core(host, free_cpus, host->core[cpu]);
		if (nr > most) {
			most = nr;
			best = host->core[cpu];
		}
	}
	return best;
}

static void take_from_core(const struct pin_host *host, struct bitmask *free_cpus,
			   unsigned int core, unsigned int threads, unsigned int *cpus)
{
	for (unsigned int cpu = 0; threads && cpu < host->nr_cpus; cpu++) {
		if (host->core[cpu] != core || !is_free(host, free_cpus, cpu))
			continue;
		numa_bitmask_clearbit(free_cpus, cpu);
		*cpus++ = cpu;
		threads--;
	}
}

int pin_cores(const struct pin_host *host, struct bitmask *free_cpus, unsigned int cores,
	      unsigned int threads, unsigned int *cpus)
{
	for (unsigned int i = 0; i < cores; i++, cpus += threads) {
		unsigned int core = best_core(host, free_cpus, threads);

		if (core < host->nr_cpus) {
			take_from_core(host, free_cpus, core, threads, cpus);
			continue;
		}
		for (unsigned int thread = 0; thread < threads; thread++) {
			core = best_core(host, free_cpus, 1);
			if (core == host->nr_cpus)
				return -1;
			take_from_core(host, free_cpus, core, 1, &cpus[thread]);
		}
	}
	return 0;
}

struct pins {
	const struct topology *t;
	struct pin_host host; /* read, like unused, when the first node wants pin = core */
	struct bitmask *unused; /* CPUs that pin = core may take; NULL before that */

	/* Of the node at hand. */
	const struct placement *placement;
	struct backing *backing;
	struct bitmask **masks; /* of its vCPUs */
	unsigned int nr;
};

/* The vCPUs may run on any of @cpus, which is given back. False when there are none. */
static bool pin_all_to(struct pins *pins, struct bitmask *cpus)
{
	bool any = cpus && numa_bitmask_weight(cpus);

	for (unsigned int i = 0; any && i < pins->nr; i++) {
		pins->masks[i] = numa_bitmask_alloc(cpus->size);
		copy_bitmask_to_bitmask(cpus, pins->masks[i]);
	}
	numa_bitmask_free(cpus);
	return any;
}

static int pin_to_list(struct pins *pins, struct error *err)
{
	const char *list = pins->placement->cpus;

	if (pin_all_to(pins, host_parse_cpus(list)))
		return 0;
	return error_set(err,
			 "pin = %s: must be node, core, none or a list of CPUs that this process "
			 "may run on, as in 0-3,8",
			 list);
}

/* Host nodes without CPUs (CXL) say nothing about where to run. */
static int pin_to_nodes(struct pins *pins, struct error *err)
{
	const struct bitmask *nodes = pins->backing->nodes;

	if (!nodes || !host_has_cpus(nodes) || pin_all_to(pins, host_cpus(nodes)))
		return 0;
	error_set(err, "pin = node: this process may run on none of the CPUs of its host nodes "
		       "(taskset, cpuset.cpus): use pin = none");
	return backing_give_up(pins->backing, err);
}

/* This process's CPUs without those that a node's list names: pin = core takes none of these. */
static struct bitmask *find_unused(const struct topology *t)
{
	struct bitmask *unused = host_cpus(NULL), *listed;

	for (unsigned int node = 0; node < t->nr_nodes; node++) {
		const struct placement *placement = &t->nodes[node].placement;

		if (placement->pin != PLACEMENT_PIN_LIST || !t->nodes[node].llcs)
			continue;
		listed = host_parse_cpus(placement->cpus);
		for (unsigned int cpu = 0; listed && cpu < unused->size; cpu++)
			if (numa_bitmask_isbitset(listed, cpu))
				numa_bitmask_clearbit(unused, cpu);
		numa_bitmask_free(listed);
	}
	return unused;
}

/* The host CPUs, one per vCPU, or -1; *@nr_free of them were there to choose from. */
static int choose_cores(struct pins *pins, unsigned int *cpus, unsigned int *nr_free)
{
	struct bitmask *free_cpus = host_cpus(pins->backing->nodes);
	unsigned int threads = pins->t->threads;
	int ret;

	for (unsigned int cpu = 0; cpu < free_cpus->size; cpu++)
		if (!numa_bitmask_isbitset(pins->unused, cpu))
			numa_bitmask_clearbit(free_cpus, cpu);
	*nr_free = numa_bitmask_weight(free_cpus);
	ret = pin_cores(&pins->host, free_cpus, pins->nr / threads, threads, cpus);
	numa_bitmask_free(free_cpus);
	return ret;
}

static int pin_each(struct pins *pins, struct error *err)
{
	unsigned int *cpus = xcalloc(pins->nr, sizeof(*cpus)), has;
	int ret;

	if (!pins->unused) {
		pins->unused = find_unused(pins->t);
		pin_host_read(&pins->host);
	}
	ret = choose_cores(pins, cpus, &has);
	for (unsigned int i = 0; !ret && i < pins->nr; i++) {
		pins->masks[i] = numa_allocate_cpumask();
		numa_bitmask_setbit(pins->masks[i], cpus[i]);
		numa_bitmask_clearbit(pins->unused, cpus[i]);
	}
	free(cpus);
	if (ret)
		error_set(err,
			  "pin = core: %u vCPUs need a CPU each, but its host nodes have %u that "
			  "this process may use and that are not taken: use pin = node, or fewer "
			  "CPUs",
			  pins->nr, has);
	return ret;
}

static int pin_node(struct pins *pins, struct error *err)
{
	switch (pins->placement->pin) {
	case PLACEMENT_PIN_NODE:
		return pin_to_nodes(pins, err);
	case PLACEMENT_PIN_CORE:
		return pin_each(pins, err);
	case PLACEMENT_PIN_LIST:
		return pin_to_list(pins, err);
	default:
		return 0;
	}
}

int pin_plan(const struct topology *t, struct backing *backings, struct bitmask **masks,
	     struct error *err)
{
	struct pins pins = { .t = t, .masks = masks };
	int ret = 0;

	for (unsigned int node = 0; !ret && node < t->nr_nodes; node++) {
		pins.placement = &t->nodes[node].placement;
		pins.backing = &backings[node];
		pins.nr = t->nodes[node].llcs * t->cores * t->threads;
		if (pins.nr && pin_node(&pins, err))
			ret = error_prefix(err, "node %u: ", node);
		pins.masks += pins.nr;
	}
	pin_host_free(&pins.host);
	numa_bitmask_free(pins.unused);
	return ret;
}
