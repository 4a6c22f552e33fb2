// SPDX-License-Identifier: MIT
#include "mem/topology.h"

#include <stdlib.h>
#include <string.h>

#include "mem/size.h"
#include "mem/xalloc.h"

/* One "4c" of a shape; the text moves on past it. */
static int parse_count(const char **text, char letter, unsigned int *count)
{
	uint64_t value;
	char *end;

	if (size_parse_digits(*text, &end, &value) || *end != letter || !value ||
	    value > TOPOLOGY_MAX_CPUS)
		return -1;
	*count = value;
	*text = end + 1;
	return 0;
}

int topology_parse_shape(const char *text, struct topology_shape *shape, struct error *err)
{
	const char *p = text;

	if (parse_count(&p, 'n', &shape->nodes) || parse_count(&p, 'l', &shape->llcs) ||
	    parse_count(&p, 'c', &shape->cores) || parse_count(&p, 't', &shape->threads) || *p)
		return error_set(
			err,
			"topology \"%s\": must be NnNlNcNt with numbers from 1 to %u: nodes, "
			"last-level caches in all, cores per cache, threads per core, as in "
			"2n4l4c2t",
			text, TOPOLOGY_MAX_CPUS);
	return 0;
}

int topology_check_shape(const struct topology_shape *shape, struct error *err)
{
	if (shape->nodes > TOPOLOGY_MAX_NODES)
		return error_set(err, "topology: %u nodes are more than the %u that Linux takes",
				 shape->nodes, TOPOLOGY_MAX_NODES);
	if (shape->llcs % shape->nodes)
		return error_set(
			err,
			"topology: %u last-level caches cannot be shared evenly by %u nodes: "
			"use a multiple of %u, or node sections",
			shape->llcs, shape->nodes, shape->nodes);
	return 0;
}

void topology_init(struct topology *t, unsigned int nr_nodes)
{
	*t = (struct topology){ .nr_nodes = nr_nodes, .cores = 1, .threads = 1 };
	t->nodes = xcalloc(nr_nodes, sizeof(*t->nodes));
	t->distances = xcalloc(nr_nodes, nr_nodes);
	memset(t->distances, TOPOLOGY_DISTANCE_REMOTE, (size_t)nr_nodes * nr_nodes);
	for (unsigned int i = 0; i < nr_nodes; i++) {
		*topology_distance(t, i, i) = TOPOLOGY_DISTANCE_LOCAL;
		t->nodes[i].placement.strict = true;
	}
}

void topology_share_memory(struct topology *t, uint64_t memory)
{
	uint64_t each = memory / MIB / t->nr_nodes * MIB;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		t->nodes[i].size = each;
	t->nodes[t->nr_nodes - 1].size = memory - each * (t->nr_nodes - 1);
	t->memory = memory;
}

int topology_uniform(struct topology *t, const struct topology_shape *shape, uint64_t memory,
		     struct error *err)
{
	*t = (struct topology){ 0 };
	if (topology_check_shape(shape, err))
		return -1;
	if (memory / MIB < shape->nodes)
		return error_set(err, "memory: %llu MiB for %u nodes: each node needs 1 MiB",
				 (unsigned long long)(memory / MIB), shape->nodes);

	topology_init(t, shape->nodes);
	t->cores = shape->cores;
	t->threads = shape->threads;
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		t->nodes[i].llcs = shape->llcs / shape->nodes;
	topology_share_memory(t, memory);
	return 0;
}

uint8_t *topology_distance(const struct topology *t, unsigned int from, unsigned int to)
{
	return &t->distances[(size_t)from * t->nr_nodes + to];
}

int topology_check_distance(unsigned int from, unsigned int to, long value, struct error *err)
{
	if (from == to && value != TOPOLOGY_DISTANCE_LOCAL)
		return error_set(err, "distance of node %u to itself is %ld: must be %d", from,
				 value, TOPOLOGY_DISTANCE_LOCAL);
	if (from != to &&
	    (value <= TOPOLOGY_DISTANCE_LOCAL || value > TOPOLOGY_DISTANCE_UNREACHABLE))
		return error_set(err,
				 "distance of node %u to node %u is %ld: must be 11 to 254, or 255 "
				 "for unreachable",
				 from, to, value);
	return 0;
}

int topology_check_node(const struct topology *t, unsigned int node, struct error *err)
{
	if (!t->nodes[node].size && !t->nodes[node].llcs)
		return error_set(
			err, "node %u has neither memory nor CPUs: give it memory, llcs, or both",
			node);
	if (t->nodes[node].size % MIB)
		return error_set(err, "node %u: memory must be whole MiB", node);
	return 0;
}

static unsigned int count_nodes_with_cpus(const struct topology *t)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		nr += t->nodes[i].llcs > 0;
	return nr;
}

int topology_check_packages(const struct topology *t, struct error *err)
{
	unsigned int nodes = count_nodes_with_cpus(t);

	if (t->packages && nodes && (t->packages > nodes || nodes % t->packages))
		return error_set(
			err,
			"packages = %u cannot be shared evenly by %u nodes with CPUs: use a "
			"divisor of %u",
			t->packages, nodes, nodes);
	return 0;
}

static int check_nodes(const struct topology *t, struct error *err)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (topology_check_node(t, i, err))
			return -1;
	if (!count_nodes_with_cpus(t))
		return error_set(err, "no node has CPUs: give one of them llcs = 1");
	return topology_check_packages(t, err);
}

static int check_distances(const struct topology *t, struct error *err)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		for (unsigned int j = 0; j < t->nr_nodes; j++)
			if (topology_check_distance(i, j, *topology_distance(t, i, j), err))
				return -1;
	return 0;
}

/* Multiplied in 64 bits: each factor is at most 32 bits wide, and is bounded after each step. */
static int count_cpus(struct topology *t, struct error *err)
{
	uint64_t llcs = 0, cpus;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		llcs += t->nodes[i].llcs;
	cpus = llcs * t->cores;
	if (llcs <= TOPOLOGY_MAX_CPUS && cpus <= TOPOLOGY_MAX_CPUS)
		cpus *= t->threads;
	if (llcs > TOPOLOGY_MAX_CPUS || cpus > TOPOLOGY_MAX_CPUS)
		return error_set(err, "more CPUs than the %d that Linux takes", TOPOLOGY_MAX_CPUS);
	if (!cpus)
		return error_set(err, "cores and threads must be at least 1");
	t->nr_cpus = cpus;
	return 0;
}

/* The CPUs of one cache, from number @cpu on. Returns the number after the last. */
static unsigned int number_llc(struct topology *t, unsigned int cpu, struct topology_cpu first)
{
	for (unsigned int core = 0; core < t->cores; core++)
		for (unsigned int thread = 0; thread < t->threads; thread++) {
			struct topology_cpu *c = &t->cpus[cpu++];

			*c = first;
			c->core_in_llc = core;
			c->core = first.llc * t->cores + core;
			c->thread = thread;
		}
	return cpu;
}

static void number_cpus(struct topology *t, unsigned int nodes_per_package)
{
	unsigned int cpu = 0, nodes_seen = 0;
	struct topology_cpu c = { 0 };

	t->cpus = xcalloc(t->nr_cpus, sizeof(*t->cpus));
	for (c.node = 0; c.node < t->nr_nodes; c.node++) {
		if (!t->nodes[c.node].llcs)
			continue;
		c.package = nodes_seen / nodes_per_package;
		if (nodes_seen++ % nodes_per_package == 0)
			c.llc_in_package = 0;
		for (unsigned int i = 0; i < t->nodes[c.node].llcs; i++) {
			cpu = number_llc(t, cpu, c);
			c.llc++;
			c.llc_in_package++;
		}
		if (c.llc_in_package > t->llcs_per_package)
			t->llcs_per_package = c.llc_in_package;
	}
}

int topology_finish(struct topology *t, struct error *err)
{
	unsigned int nodes = count_nodes_with_cpus(t);

	if (check_nodes(t, err) || check_distances(t, err) || count_cpus(t, err))
		return -1;
	if (!t->packages)
		t->packages = nodes;
	number_cpus(t, nodes / t->packages);
	return 0;
}

void topology_free(struct topology *t)
{
	for (unsigned int i = 0; t->nodes && i < t->nr_nodes; i++) {
		free(t->nodes[i].placement.host);
		free(t->nodes[i].placement.cpus);
	}
	free(t->nodes);
	free(t->distances);
	free(t->cpus);
	*t = (struct topology){ 0 };
}
