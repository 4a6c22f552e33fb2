// SPDX-License-Identifier: MIT
#include "mem/verify.h"

#include <numaif.h>
#include <stdlib.h>
#include <string.h>

#include "mem/host.h"
#include "mem/xalloc.h"

#define BATCH 16384 /* pages per call */
#define TOLERANCE 0.05

int verify_parse_mode(const char *name, enum verify_mode *mode, struct error *err)
{
	if (!strcmp(name, "full"))
		*mode = VERIFY_FULL;
	else if (!strcmp(name, "no"))
		*mode = VERIFY_NO;
	else if (!strcmp(name, "yes") || !strcmp(name, "sample"))
		*mode = VERIFY_SAMPLE;
	else
		return error_set(err, "\"%s\": must be yes, full or no", name);
	return 0;
}

void verify_init(struct verify_counts *counts, unsigned int nr_nodes)
{
	*counts = (struct verify_counts){ .nr_nodes = nr_nodes };
	counts->by_node = xcalloc(nr_nodes, sizeof(*counts->by_node));
}

static int count_batch(const struct backing *backing, void **pages, int *status, unsigned long nr,
		       struct verify_counts *counts, struct error *err)
{
	if (move_pages(0, nr, pages, NULL, status, 0) < 0) {
		backing_error(backing, err, "move_pages");
		return error_cure(err, "a container may refuse it: run it with --security-opt "
				       "seccomp=unconfined, or use --verify=no");
	}
	counts->asked += nr;
	for (unsigned long i = 0; i < nr; i++)
		if (status[i] >= 0 && (unsigned int)status[i] < counts->nr_nodes)
			counts->by_node[status[i]]++;
		else
			counts->missing++;
	return 0;
}

/*
 * Which of @among pages: another one at each @step, by the golden ratio. Every fourth page of
 * memory interleaved over two nodes would be on the same node each time.
 */
static uint64_t pick(uint64_t step, uint64_t among)
{
	return (uint64_t)(uint32_t)(step * 0x9e3779b9u) * among >> 32;
}

int verify_count(const struct backing *backing, uint8_t *addr, uint64_t size, uint64_t every,
		 struct verify_counts *counts, struct error *err)
{
	void **pages = xcalloc(BATCH, sizeof(*pages));
	int *status = xcalloc(BATCH, sizeof(*status)), ret = 0;
	uint64_t total = size / backing->pages->size;
	unsigned long nr = 0;

	counts->pages += total;
	for (uint64_t first = 0; !ret && first < total; first += every) {
		uint64_t among = total - first < every ? total - first : every;

		pages[nr++] = addr + (first + pick(first / every, among)) * backing->pages->size;
		if (nr < BATCH && first + every < total)
			continue;
		ret = count_batch(backing, pages, status, nr, counts, err);
		nr = 0;
	}
	free(pages);
	free(status);
	return ret;
}

static bool is_among(const struct backing *backing, unsigned int node)
{
	return numa_bitmask_isbitset(backing->nodes, node);
}

static int judge_nodes(const struct backing *backing, const struct verify_counts *counts,
		       struct error *err)
{
	for (unsigned int i = 0; i < counts->nr_nodes; i++)
		if (counts->by_node[i] && !is_among(backing, i))
			return error_set(err,
					 "%llu of %llu pages lie on host node %u, where they must "
					 "not be",
					 (unsigned long long)counts->by_node[i],
					 (unsigned long long)counts->asked, i);
	return 0;
}

/*
 * @weights NULL: all alike. A node gets its weight in pages at a time, and the last round may be
 * cut short.
 */
static int judge_shares(const struct backing *backing, const struct verify_counts *counts,
			const unsigned int *weights, struct error *err)
{
	bool thp = backing->pages == &page_kinds[PLACEMENT_THP];
	double huge = page_kinds[PLACEMENT_2M].size / page_kinds[PLACEMENT_4K].size;
	double granule = thp ? huge * counts->asked / counts->pages : 1;
	double sum = 0;

	if (judge_nodes(backing, counts, err))
		return -1;

	for (unsigned int i = 0; i < counts->nr_nodes; i++)
		if (is_among(backing, i))
			sum += weights ? weights[i] : 1;
	for (unsigned int i = 0; i < counts->nr_nodes; i++) {
		double weight = !is_among(backing, i) ? 0 : weights ? weights[i] : 1;
		double share = weight / sum, off = counts->by_node[i] - share * counts->asked;
		double slack = counts->asked * TOLERANCE + granule * weight + 1;

		if (off > slack || off < -slack)
			return error_set(err,
					 "%llu of %llu pages lie on host node %u, not its share of "
					 "%.0f %%",
					 (unsigned long long)counts->by_node[i],
					 (unsigned long long)counts->asked, i, share * 100);
	}
	return 0;
}

int verify_judge(const struct backing *backing, const struct verify_counts *counts,
		 const unsigned int *weights, struct error *err)
{
	if (counts->missing)
		return error_set(err, "%llu of %llu pages are not there",
				 (unsigned long long)counts->missing,
				 (unsigned long long)counts->asked);
	switch (backing->policy) {
	case PLACEMENT_BIND:
		return judge_nodes(backing, counts, err);
	case PLACEMENT_INTERLEAVE:
		return judge_shares(backing, counts, NULL, err);
	case PLACEMENT_WEIGHTED_INTERLEAVE:
		return judge_shares(backing, counts, weights, err);
	default:
		return 0;
	}
}

void verify_free(struct verify_counts *counts)
{
	free(counts->by_node);
	*counts = (struct verify_counts){ 0 };
}
