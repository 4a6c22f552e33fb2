// SPDX-License-Identifier: MIT
#include "vmm/pin.h"

#include <stdio.h>
#include <stdlib.h>

#include "mem/host.h"
#include "mem/xalloc.h"

static unsigned int read_core(unsigned int cpu)
{
	unsigned int first;
	char path[80];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list",
		 cpu);
	file = fopen(path, "re");
	if (!file)
		return cpu;
	if (fscanf(file, "%u", &first) != 1)
		first = cpu;
	fclose(file);
	return first;
}

void pin_host_read(struct pin_host *host)
{
	host->nr_cpus = numa_num_possible_cpus();
	host->core = xcalloc(host->nr_cpus, sizeof(*host->core));
	for (unsigned int cpu = 0; cpu < host->nr_cpus; cpu++)
		host->core[cpu] = read_core(cpu);
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

static struct bitmask *copy_mask(const struct bitmask *mask)
{
	struct bitmask *copy = numa_bitmask_alloc(mask->size);

	copy_bitmask_to_bitmask((struct bitmask *)mask, copy);
	return copy;
}

/* The vCPUs of one node, its host CPUs, and those that no vCPU has for itself yet. */
struct node_pins {
	unsigned int first, nr;
	struct bitmask *allowed;
	struct bitmask **masks;
};

static void pin_all_to(const struct node_pins *pins)
{
	for (unsigned int i = 0; i < pins->nr; i++)
		pins->masks[pins->first + i] = copy_mask(pins->allowed);
}

static int pin_to_list(struct node_pins *pins, const char *list, struct error *err)
{
	struct bitmask *cpus = numa_parse_cpustring(list);

	if (!cpus || !numa_bitmask_weight(cpus)) {
		if (cpus)
			numa_bitmask_free(cpus);
		return error_set(err,
				 "pin = %s: must be node, core, none or a list of CPUs that this "
				 "process may run on, as in 0-3,8",
				 list);
	}
	numa_bitmask_free(pins->allowed);
	pins->allowed = cpus;
	pin_all_to(pins);
	return 0;
}

static int pin_each(const struct pin_host *host, const struct topology *t,
		    const struct node_pins *pins, struct bitmask *unused, struct error *err)
{
	unsigned int *cpus = xcalloc(pins->nr, sizeof(*cpus));
	struct bitmask *free_cpus = copy_mask(pins->allowed);
	unsigned int has;
	int ret;

	for (unsigned int cpu = 0; cpu < free_cpus->size; cpu++)
		if (!numa_bitmask_isbitset(unused, cpu))
			numa_bitmask_clearbit(free_cpus, cpu);
	has = numa_bitmask_weight(free_cpus);
	ret = pin_cores(host, free_cpus, pins->nr / t->threads, t->threads, cpus);
	for (unsigned int i = 0; !ret && i < pins->nr; i++) {
		pins->masks[pins->first + i] = numa_allocate_cpumask();
		numa_bitmask_setbit(pins->masks[pins->first + i], cpus[i]);
		numa_bitmask_clearbit(unused, cpus[i]);
	}
	numa_bitmask_free(free_cpus);
	free(cpus);
	if (ret)
		error_set(err,
			  "pin = core: %u vCPUs need a CPU each, but its host nodes have %u that "
			  "this process may use and nobody has: use pin = node, or fewer CPUs",
			  pins->nr, has);
	return ret;
}

static int pin_node(const struct pin_host *host, const struct topology *t, unsigned int node,
		    const struct place *place, struct node_pins *pins, struct bitmask *unused,
		    struct error *err)
{
	const struct placement *placement = &t->nodes[node].placement;

	switch (placement->pin) {
	case PLACEMENT_PIN_NODE:
		/* Host nodes without CPUs (CXL) say nothing about where to run. */
		if (place->nodes && numa_bitmask_weight(pins->allowed))
			pin_all_to(pins);
		return 0;
	case PLACEMENT_PIN_CORE:
		return pin_each(host, t, pins, unused, err);
	case PLACEMENT_PIN_LIST:
		return pin_to_list(pins, placement->cpus, err);
	default:
		return 0;
	}
}

int pin_plan(const struct topology *t, const struct ram *ram, struct bitmask **masks,
	     struct error *err)
{
	struct bitmask *unused = host_cpus(NULL);
	struct node_pins pins = { .masks = masks };
	struct pin_host host;
	int ret = 0;

	pin_host_read(&host);
	for (unsigned int node = 0; !ret && node < t->nr_nodes; node++) {
		pins.nr = t->nodes[node].llcs * t->cores * t->threads;
		if (!pins.nr)
			continue;
		pins.allowed = host_cpus(ram->nodes[node].place.nodes);
		ret = pin_node(&host, t, node, &ram->nodes[node].place, &pins, unused, err);
		if (ret)
			error_prefix(err, "node %u: ", node);
		numa_bitmask_free(pins.allowed);
		pins.first += pins.nr;
	}
	pin_host_free(&host);
	numa_bitmask_free(unused);
	return ret;
}
