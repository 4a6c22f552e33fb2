// SPDX-License-Identifier: MIT
#include "mem/populate.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "mem/clock.h"
#include "mem/host.h"
#include "mem/xalloc.h"

/* Before Linux 5.14's headers. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define STACK_SIZE (64 << 10)
#define PROGRESS_NS 100000000L

struct crew {
	struct populate_range *ranges;
	unsigned int nr_ranges;
	struct bitmask *cpus; /* that we may run on */
	pthread_mutex_t lock;
	pthread_cond_t go; /* all are pinned, which a populating thread would hold up */
	pthread_cond_t changed; /* ready or working */
	bool going;
	unsigned int ready;
	unsigned int working;
	atomic_bool failed;
	struct error err; /* of the first that failed */
	struct timespec start;
};

struct worker {
	pthread_t thread;
	struct crew *crew;
	unsigned int first; /* range */
};

/*
 * A node without CPUs, or whose CPUs are not ours, is filled from any. host_cpus() knows only those
 * that this thread may run on, so it first leaves the node that it was on.
 */
static void move_to_node(const struct crew *crew, const struct backing *backing)
{
	struct bitmask *cpus;

	numa_sched_setaffinity(0, crew->cpus);
	if (!backing->nodes)
		return;
	cpus = host_cpus(backing->nodes);
	if (numa_bitmask_weight(cpus))
		numa_sched_setaffinity(0, cpus);
	numa_bitmask_free(cpus);
}

static void touch(volatile uint8_t *start, uint64_t size)
{
	for (uint64_t at = 0; at < size; at += 4096)
		start[at] = 0;
}

static int populate_chunk(uint8_t *addr, uint64_t size)
{
	if (!madvise(addr, size, MADV_POPULATE_WRITE))
		return 0;
	if (errno != EINVAL)
		return -1;
	touch(addr, size);
	return 0;
}

/* For hugetlb the kernel says EFAULT where there is no page left. */
static void note_failure(struct crew *crew, const struct populate_range *range)
{
	int number = errno == EFAULT && range->backing->pages->huge_shift ? ENOMEM : errno;

	pthread_mutex_lock(&crew->lock);
	if (!atomic_exchange(&crew->failed, true)) {
		errno = number;
		backing_error(range->backing, &crew->err,
			      "madvise(MADV_POPULATE_WRITE) of %llu MiB",
			      (unsigned long long)range->size >> 20);
		error_prefix(&crew->err, "node %u: ", range->node);
	}
	pthread_mutex_unlock(&crew->lock);
}

static void fill(struct crew *crew, struct populate_range *range)
{
	uint64_t chunk = range->backing->pages->chunk, at, size;

	while (!atomic_load(&crew->failed)) {
		at = atomic_fetch_add(&range->next, chunk);
		if (at >= range->size)
			return;
		size = range->size - at < chunk ? range->size - at : chunk;
		if (populate_chunk(range->addr + at, size)) {
			note_failure(crew, range);
			return;
		}
		if (atomic_fetch_add(&range->done, size) + size == range->size)
			range->seconds = clock_seconds_since(&crew->start);
	}
}

/* A thread that is done with its range helps with the others: all end together. */
static void fill_all(struct crew *crew, unsigned int first)
{
	const struct backing *backing = crew->ranges[first].backing;

	for (unsigned int i = 0; i < crew->nr_ranges; i++) {
		struct populate_range *range = &crew->ranges[(first + i) % crew->nr_ranges];

		if (atomic_load(&range->next) >= range->size)
			continue;
		if (range->backing != backing)
			move_to_node(crew, range->backing);
		backing = range->backing;
		fill(crew, range);
	}
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct crew *crew = worker->crew;

	move_to_node(crew, crew->ranges[worker->first].backing);
	pthread_mutex_lock(&crew->lock);
	crew->ready++;
	pthread_cond_signal(&crew->changed);
	while (!crew->going)
		pthread_cond_wait(&crew->go, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	fill_all(crew, worker->first);
	pthread_mutex_lock(&crew->lock);
	crew->working--;
	pthread_cond_signal(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static uint64_t total_of(const struct populate_range *ranges, unsigned int nr)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < nr; i++)
		total += ranges[i].size;
	return total;
}

static uint64_t done_of(const struct populate_range *ranges, unsigned int nr)
{
	uint64_t done = 0;

	for (unsigned int i = 0; i < nr; i++)
		done += atomic_load(&ranges[i].done);
	return done;
}

static unsigned int range_at(const struct crew *crew, uint64_t offset)
{
	unsigned int i = 0;

	while (i + 1 < crew->nr_ranges && offset >= crew->ranges[i].size)
		offset -= crew->ranges[i++].size;
	return i;
}

/* No more than there are chunks. */
static unsigned int limit_threads(const struct crew *crew, unsigned int threads)
{
	uint64_t chunks = 0;

	for (unsigned int i = 0; i < crew->nr_ranges; i++) {
		uint64_t chunk = crew->ranges[i].backing->pages->chunk;

		chunks += (crew->ranges[i].size + chunk - 1) / chunk;
	}
	return threads < chunks ? threads : chunks;
}

/* One thread starts at each node, whose ranges are adjacent; the rest at even distances. */
static struct worker *assign(struct crew *crew, unsigned int threads, unsigned int *nr_workers)
{
	unsigned int nr = 0, most = limit_threads(crew, threads);
	struct worker *workers = xcalloc(most + crew->nr_ranges, sizeof(*workers));
	uint64_t total = total_of(crew->ranges, crew->nr_ranges);

	for (unsigned int i = 0; i < crew->nr_ranges; i++)
		if (!i || crew->ranges[i].node != crew->ranges[i - 1].node)
			workers[nr++].first = i;
	for (unsigned int i = 0, rest = most > nr ? most - nr : 0; i < rest; i++)
		workers[nr++].first = range_at(crew, total / rest * i);
	for (unsigned int i = 0; i < nr; i++)
		workers[i].crew = crew;
	*nr_workers = nr;
	return workers;
}

/* Returns how many of the threads could be made. */
static unsigned int start(struct worker *workers, unsigned int nr, struct error *err)
{
	pthread_attr_t attributes;
	unsigned int made = 0;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (errno = 0; made < nr && !errno; made += !errno)
		errno = pthread_create(&workers[made].thread, &attributes, work, &workers[made]);
	if (made < nr)
		error_errno(err, "pthread_create of %u populating threads", nr);
	pthread_attr_destroy(&attributes);
	return made;
}

static void let_go(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	while (crew->ready < crew->working)
		pthread_cond_wait(&crew->changed, &crew->lock);
	clock_gettime(CLOCK_MONOTONIC, &crew->start);
	crew->going = true;
	pthread_cond_broadcast(&crew->go);
	pthread_mutex_unlock(&crew->lock);
}

static void watch_crew(struct crew *crew, const struct populate_range *ranges, unsigned int nr,
		       populate_progress *progress)
{
	uint64_t total = total_of(ranges, nr);
	struct timespec until;

	if (progress)
		progress(0, total);
	pthread_mutex_lock(&crew->lock);
	while (crew->working) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_NS;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000L;
		}
		pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
		if (progress)
			progress(done_of(ranges, nr), total);
	}
	pthread_mutex_unlock(&crew->lock);
	/* The bar is taken away after a failure too. */
	if (progress)
		progress(total, total);
}

int populate_all(struct populate_range *ranges, unsigned int nr, unsigned int threads,
		 populate_progress *progress, struct error *err)
{
	struct worker *workers;
	unsigned int nr_workers;
	struct crew *crew;
	int ret = 0;

	if (!nr)
		return 0;
	crew = xcalloc(1, sizeof(*crew));
	crew->ranges = ranges;
	crew->nr_ranges = nr;
	crew->cpus = host_cpus(NULL);
	workers = assign(crew, threads ? threads : numa_bitmask_weight(crew->cpus), &nr_workers);
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->go, NULL);
	pthread_cond_init(&crew->changed, NULL);
	crew->working = start(workers, nr_workers, &crew->err);
	atomic_store(&crew->failed, crew->working < nr_workers);
	nr_workers = crew->working;
	let_go(crew);
	watch_crew(crew, ranges, nr, progress);
	for (unsigned int i = 0; i < nr_workers; i++)
		pthread_join(workers[i].thread, NULL);
	if (atomic_load(&crew->failed)) {
		*err = crew->err;
		ret = -1;
	}
	numa_bitmask_free(crew->cpus);
	free(workers);
	free(crew);
	return ret;
}
