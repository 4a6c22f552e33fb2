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
	uint64_t total; /* bytes */
	_Atomic uint64_t done;
	pthread_mutex_t lock; /* held until all threads are there and pinned */
	pthread_cond_t changed; /* working */
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

/* A node without CPUs, or whose CPUs are not ours, is filled from any. */
static void move_to_node(pthread_t thread, const struct backing *backing)
{
	struct bitmask *cpus = host_cpus(backing->nodes);

	if (!numa_bitmask_weight(cpus)) {
		numa_bitmask_free(cpus);
		cpus = host_cpus(NULL);
	}
	pthread_setaffinity_np(thread, numa_bitmask_nbytes(cpus), (cpu_set_t *)cpus->maskp);
	numa_bitmask_free(cpus);
}

static int populate_chunk(volatile uint8_t *addr, uint64_t size)
{
	if (!madvise((void *)addr, size, MADV_POPULATE_WRITE))
		return 0;
	if (errno != EINVAL && errno != EPERM && errno != ENOSYS)
		return -1;
	/* Linux before 5.14, or a container that refuses the call. */
	for (uint64_t at = 0; at < size; at += 4096)
		addr[at] = 0;
	return 0;
}

/* For hugetlb the kernel says EFAULT where there is no page left. */
static void note_failure(struct crew *crew, struct populate_range *range)
{
	int number = errno == EFAULT && range->backing->pages->huge_shift ? ENOMEM : errno;

	atomic_store(&range->next, range->size);
	pthread_mutex_lock(&crew->lock);
	errno = number;
	backing_error(range->backing, &range->err, "madvise(MADV_POPULATE_WRITE) of %llu MiB",
		      (unsigned long long)range->size >> 20);
	if (!range->may_fail && !atomic_exchange(&crew->failed, true)) {
		crew->err = range->err;
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
		atomic_fetch_add(&crew->done, size);
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
			move_to_node(pthread_self(), range->backing);
		backing = range->backing;
		fill(crew, range);
	}
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct crew *crew = worker->crew;

	pthread_mutex_lock(&crew->lock);
	pthread_mutex_unlock(&crew->lock);
	fill_all(crew, worker->first);
	pthread_mutex_lock(&crew->lock);
	crew->working--;
	pthread_cond_signal(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static unsigned int range_at(const struct crew *crew, uint64_t offset)
{
	unsigned int i = 0;

	while (i + 1 < crew->nr_ranges && offset >= crew->ranges[i].size)
		offset -= crew->ranges[i++].size;
	return i;
}

/* Sums up the ranges. Returns how many of @threads there is a chunk for. */
static unsigned int limit_threads(struct crew *crew, unsigned int threads)
{
	uint64_t chunks = 0;

	for (unsigned int i = 0; i < crew->nr_ranges; i++) {
		uint64_t chunk = crew->ranges[i].backing->pages->chunk;

		crew->total += crew->ranges[i].size;
		chunks += (crew->ranges[i].size + chunk - 1) / chunk;
	}
	return threads < chunks ? threads : chunks;
}

/* One thread starts at each node, whose ranges are adjacent; the rest at even distances. */
static struct worker *assign(struct crew *crew, unsigned int threads, unsigned int *nr_workers)
{
	unsigned int nr = 0, most = limit_threads(crew, threads);
	struct worker *workers = xcalloc(most + crew->nr_ranges, sizeof(*workers));

	for (unsigned int i = 0; i < crew->nr_ranges; i++)
		if (!i || crew->ranges[i].node != crew->ranges[i - 1].node)
			workers[nr++].first = i;
	for (unsigned int i = 0, rest = most > nr ? most - nr : 0; i < rest; i++)
		workers[nr++].first = range_at(crew, crew->total / rest * i);
	*nr_workers = nr;
	return workers;
}

/*
 * All threads are made and pinned before the first populates, which would hold up both. Returns how
 * many could be made.
 */
static unsigned int start(struct crew *crew, struct worker *workers, unsigned int nr)
{
	pthread_attr_t attributes;
	unsigned int made;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_mutex_lock(&crew->lock);
	for (made = 0; made < nr; made++) {
		struct worker *worker = &workers[made];

		worker->crew = crew;
		errno = pthread_create(&worker->thread, &attributes, work, worker);
		if (errno)
			break;
		move_to_node(worker->thread, crew->ranges[worker->first].backing);
	}
	if (made < nr) {
		error_errno(&crew->err, "pthread_create of %u populating threads", nr);
		atomic_store(&crew->failed, true);
	}
	crew->working = made;
	clock_gettime(CLOCK_MONOTONIC, &crew->start);
	pthread_mutex_unlock(&crew->lock);
	pthread_attr_destroy(&attributes);
	return made;
}

static void watch_crew(struct crew *crew, populate_progress *progress)
{
	struct timespec until;

	if (progress)
		progress(0, crew->total);
	pthread_mutex_lock(&crew->lock);
	while (crew->working) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_NS;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
		if (progress)
			progress(atomic_load(&crew->done), crew->total);
	}
	pthread_mutex_unlock(&crew->lock);
	/* The bar is taken away after a failure too. */
	if (progress)
		progress(crew->total, crew->total);
}

static unsigned int nr_own_cpus(void)
{
	struct bitmask *cpus = host_cpus(NULL);
	unsigned int nr = numa_bitmask_weight(cpus);

	numa_bitmask_free(cpus);
	return nr;
}

int populate_all(struct populate_range *ranges, unsigned int nr, unsigned int threads,
		 populate_progress *progress, struct error *err)
{
	struct crew crew = {
		.ranges = ranges,
		.nr_ranges = nr,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	struct worker *workers;
	unsigned int nr_workers;

	if (!nr)
		return 0;
	workers = assign(&crew, threads ? threads : nr_own_cpus(), &nr_workers);
	nr_workers = start(&crew, workers, nr_workers);
	watch_crew(&crew, progress);
	for (unsigned int i = 0; i < nr_workers; i++)
		pthread_join(workers[i].thread, NULL);
	free(workers);
	if (!atomic_load(&crew.failed))
		return 0;
	*err = crew.err;
	return -1;
}
