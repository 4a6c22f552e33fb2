// SPDX-License-Identifier: MIT
/*
 * populate: the least that any program must do to take memory: reserves it, advises, starts its
 * threads, lets all of them off at once and populates chunk by chunk. Prints the seconds from
 * before the first thread's creation to the last one's end; the measure for those that do more.
 *
 * populate MEMORY_MIB 4k|thp|2M THREADS
 * populate --no-thp COMMAND [ARG...]: runs a command that asks for huge pages but is to get none
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define MIB (1ULL << 20)
#define HUGE_2M (2 * MIB)
#define MAP_HUGE_2M (21 << 26)
#define MAX_THREADS 64

static struct {
	uint8_t *start;
	uint64_t size, chunk;
	_Atomic uint64_t next;
	pthread_barrier_t all_there;
} memory;

static void fail(const char *what)
{
	fprintf(stderr, "populate: ");
	perror(what);
	_exit(1);
}

static void *work(void *unused)
{
	uint64_t at, size;

	pthread_barrier_wait(&memory.all_there);
	while ((at = atomic_fetch_add(&memory.next, memory.chunk)) < memory.size) {
		size = memory.size - at < memory.chunk ? memory.size - at : memory.chunk;
		if (madvise(memory.start + at, size, MADV_POPULATE_WRITE))
			fail("MADV_POPULATE_WRITE");
	}
	return unused;
}

static void reserve(const char *pages)
{
	int hugetlb = !strcmp(pages, "2M"), thp = !strcmp(pages, "thp");
	int flags = hugetlb ? MAP_HUGETLB | MAP_HUGE_2M : MAP_NORESERVE;
	uint64_t more = hugetlb ? 0 : HUGE_2M;
	void *at = mmap(NULL, memory.size + more, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (at == MAP_FAILED)
		fail("mmap");
	memory.start = (uint8_t *)(((uintptr_t)at + HUGE_2M - 1) & ~(uintptr_t)(HUGE_2M - 1));
	memory.chunk = (thp || hugetlb ? 16 : 4) * MIB;
	if (!hugetlb && madvise(memory.start, memory.size, thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		fail("madvise");
}

static void populate(unsigned int nr)
{
	pthread_t threads[MAX_THREADS];

	pthread_barrier_init(&memory.all_there, NULL, nr);
	for (unsigned int i = 0; i < nr; i++) {
		if (pthread_create(&threads[i], NULL, work, NULL))
			fail("pthread_create");
	}
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

static int run_without_thp(char **argv)
{
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		fail("PR_SET_THP_DISABLE");
	execvp(argv[0], argv);
	fail(argv[0]);
	return 1;
}

int main(int argc, char **argv)
{
	unsigned long threads = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	struct timespec start, end;

	if (argc > 2 && !strcmp(argv[1], "--no-thp"))
		return run_without_thp(argv + 2);
	memory.size = argc == 4 ? strtoul(argv[1], NULL, 10) * MIB : 0;
	if (!memory.size || !threads || threads > MAX_THREADS) {
		fprintf(stderr, "usage: populate MEMORY_MIB 4k|thp|2M THREADS\n");
		return 1;
	}
	reserve(argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &start);
	populate((unsigned int)threads);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.6f\n",
	       (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
	return 0;
}
