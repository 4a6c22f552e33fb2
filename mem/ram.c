// SPDX-License-Identifier: MIT
#include "mem/ram.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/host.h"
#include "mem/xalloc.h"

/* mmap(2) and memfd_create(2) take the size of a huge page in the same bits. */
#define HUGE_SIZE_BITS 26

static struct backing *backing_of(const struct ram *ram, const struct layout_range *range)
{
	return &ram->fit->backings[range->node];
}

/*
 * The alignment is what lets KVM map huge pages: hva and gpa must be equal modulo the page size.
 * RAM bases and holes are multiples of 1 GiB, so the ranges' packed offsets keep that.
 */
static int reserve_addresses(struct ram *ram, struct error *err)
{
	uintptr_t alignment = page_kinds[PLACEMENT_2M].size;

	for (unsigned int i = 0; i < ram->machine->topology.nr_nodes; i++)
		if (ram->fit->backings[i].pages->size > alignment)
			alignment = ram->fit->backings[i].pages->size;
	ram->reserved = ram->machine->layout.size + alignment;
	ram->reservation = mmap(NULL, ram->reserved, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram->reservation == MAP_FAILED) {
		ram->reservation = NULL;
		return error_errno(err, "mmap of %llu MiB of address space for guest memory",
				   (unsigned long long)ram->machine->layout.size >> 20);
	}
	ram->base = (uint8_t *)(((uintptr_t)ram->reservation + alignment - 1) & ~(alignment - 1));
	return 0;
}

/* hugetlb reserves pages when they are mapped: without some on any node, mmap fails. */
static int map_flags(const struct backing *backing)
{
	unsigned int shift = backing->pages->huge_shift;

	return shift ? MAP_HUGETLB | shift << HUGE_SIZE_BITS : MAP_NORESERVE;
}

/* A file in memory of the range's size; the mapping alone keeps it. */
static int open_shared(const struct backing *backing, const struct layout_range *range, int *fd,
		       struct error *err)
{
	unsigned int flags = MFD_CLOEXEC;
	char name[32];

	if (backing->pages->huge_shift)
		flags |= MFD_HUGETLB | backing->pages->huge_shift << HUGE_SIZE_BITS;
	snprintf(name, sizeof(name), "numavm node %u", range->node);
	*fd = memfd_create(name, flags);
	if (*fd < 0)
		return backing_error(backing, err, "memfd_create");
	if (!ftruncate(*fd, range->size))
		return 0;
	backing_error(backing, err, "ftruncate of a memfd to %llu MiB",
		      (unsigned long long)range->size >> 20);
	close(*fd);
	return -1;
}

static int map_range(struct ram *ram, const struct layout_range *range, struct error *err)
{
	const struct backing *backing = backing_of(ram, range);
	int flags = MAP_FIXED | MAP_SHARED, fd = -1;
	void *addr;

	if (!backing->shared)
		flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | map_flags(backing);
	else if (open_shared(backing, range, &fd, err))
		return -1;
	addr = mmap(ram_range_hva(ram, range), range->size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (addr == MAP_FAILED)
		backing_error(backing, err, "mmap of %llu MiB",
			      (unsigned long long)range->size >> 20);
	if (fd >= 0)
		close(fd);
	return addr == MAP_FAILED ? -1 : 0;
}

/* Huge pages that no host showed us, or that another has taken by now. */
static int map_range_somehow(struct ram *ram, const struct layout_range *range, struct error *err)
{
	struct backing *backing = backing_of(ram, range);

	if (!map_range(ram, range, err))
		return 0;
	if (!backing->pages->huge_shift || !err->contention || backing_give_up(backing, err))
		return -1;
	backing->pages = &page_kinds[PLACEMENT_THP];
	return map_range(ram, range, err);
}

/* A host without transparent huge pages (EINVAL), or that refuses the call, works, only slower. */
static int advise_range(struct ram *ram, const struct layout_range *range, struct error *err)
{
	const struct backing *backing = backing_of(ram, range);
	bool thp = backing->pages == &page_kinds[PLACEMENT_THP];
	int advice = thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (backing->pages->huge_shift ||
	    !madvise(ram_range_hva(ram, range), range->size, advice) || errno == EINVAL ||
	    errno == EPERM || errno == ENOSYS)
		return 0;
	return backing_error(backing, err, "madvise(%s)",
			     thp ? "MADV_HUGEPAGE" : "MADV_NOHUGEPAGE");
}

static int bind_range(struct ram *ram, const struct layout_range *range, struct error *err)
{
	struct backing *backing = backing_of(ram, range);

	if (!backing_bind(backing, ram_range_hva(ram, range), range->size, err))
		return 0;
	return backing_give_up_nodes(backing, err);
}

static int map_all(struct ram *ram, struct error *err)
{
	const struct layout *layout = &ram->machine->layout;

	if (reserve_addresses(ram, err))
		return -1;
	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		const struct layout_range *range = &layout->ranges[i];

		if (map_range_somehow(ram, range, err) || advise_range(ram, range, err) ||
		    bind_range(ram, range, err))
			return error_prefix(err, "node %u: ", range->node);
	}
	madvise(ram->base, layout->size, MADV_DONTDUMP); /* a core file is for what is ours */
	return 0;
}

/* A node is as slow as the slowest of its ranges. */
static void note_seconds(struct ram *ram, const struct populate_range *ranges, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (ranges[i].seconds > ram->nodes[ranges[i].node].seconds)
			ram->nodes[ranges[i].node].seconds = ranges[i].seconds;
}

/* The nodes whose memory is fixed to host nodes, or all others. */
static int populate_those(struct ram *ram, bool fixed, const struct ram_options *options,
			  struct error *err)
{
	const struct layout *layout = &ram->machine->layout;
	struct populate_range *ranges = xcalloc(layout->nr_ranges, sizeof(*ranges));
	unsigned int nr = 0;
	int ret;

	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		const struct layout_range *range = &layout->ranges[i];
		const struct backing *backing = backing_of(ram, range);

		if (backing->populate && backing_is_fixed(backing) == fixed)
			ranges[nr++] = (struct populate_range){
				.node = range->node,
				.backing = backing,
				.addr = ram_range_hva(ram, range),
				.size = range->size,
				/* A huge page that is not there would end the guest later. */
				.may_fail = !backing->strict && !backing->pages->huge_shift,
			};
	}
	ret = populate_all(ranges, nr, options->threads, options->progress, err);
	for (unsigned int i = 0; i < nr; i++)
		if (ranges[i].err.text[0])
			backing_give_up(&ram->fit->backings[ranges[i].node], &ranges[i].err);
	note_seconds(ram, ranges, nr);
	free(ranges);
	return ret;
}

/* Fixed nodes first: nodes with a fallback must not use up their memory. */
static int populate(struct ram *ram, const struct ram_options *options, struct error *err)
{
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (populate_those(ram, true, options, err) || populate_those(ram, false, options, err))
		return -1;
	ram->populate_seconds = clock_seconds_since(&start);
	return 0;
}

static int count_range(struct ram *ram, const struct layout_range *range, enum verify_mode mode,
		       struct error *err)
{
	const struct backing *backing = backing_of(ram, range);
	struct verify_counts *counts = &ram->nodes[range->node].counts;
	uint64_t size = ram->machine->topology.nodes[range->node].size;
	uint64_t every = mode == VERIFY_FULL ? 1 : size / backing->pages->size / VERIFY_LEAST;

	/* The kernel names nodes that sysfs may not show. */
	if (!counts->by_node)
		verify_init(counts, numa_num_possible_nodes());
	return verify_count(backing, ram_range_hva(ram, range), range->size, every ? every : 1,
			    counts, err);
}

/* Of a node whose places cannot be asked there are no counts. */
static int count_node(struct ram *ram, unsigned int node, enum verify_mode mode, struct error *err)
{
	const struct layout *layout = &ram->machine->layout;

	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		if (layout->ranges[i].node != node ||
		    !count_range(ram, &layout->ranges[i], mode, err))
			continue;
		verify_free(&ram->nodes[node].counts);
		return -1;
	}
	return 0;
}

/*
 * The kernel does not say where @node's pages are. What nobody promised and nobody asked for needs
 * no proof, and what was asked for in one word with much else is told.
 */
static int do_without_proof(struct backing *backing, enum verify_mode mode, const struct error *err)
{
	bool fixed = backing_is_fixed(backing);

	if (!fixed && mode == VERIFY_DEFAULT)
		return 0;
	if (fixed || !backing->chosen || mode == VERIFY_FULL)
		return backing_give_up(backing, err);
	backing->warning = *err;
	return 0;
}

static int verify_node(struct ram *ram, unsigned int node, enum verify_mode mode,
		       const unsigned int *weights, struct error *err)
{
	const struct verify_counts *counts = &ram->nodes[node].counts;
	struct backing *backing = &ram->fit->backings[node];

	if (count_node(ram, node, mode, err))
		return do_without_proof(backing, mode, err);
	if (!counts->asked || !verify_judge(backing, counts, weights, err))
		return 0;
	return backing_give_up(backing, err);
}

/* What was populated must be where its policy promises. */
static int verify(struct ram *ram, enum verify_mode mode, struct error *err)
{
	unsigned int *weights = xcalloc(host_nr_nodes(), sizeof(*weights));
	int ret = 0;

	for (unsigned int i = 0; i < host_nr_nodes(); i++)
		weights[i] = host_interleave_weight(i);
	for (unsigned int i = 0; !ret && i < ram->machine->topology.nr_nodes; i++)
		if (ram->fit->backings[i].populate && verify_node(ram, i, mode, weights, err))
			ret = error_prefix(err, "node %u: ", i);
	free(weights);
	return ret;
}

static int take_memory(struct ram *ram, const struct ram_options *options, struct error *err)
{
	if (map_all(ram, err))
		return -1;
	if (!fit_takes_memory(ram->fit))
		return 0;
	if (populate(ram, options, err))
		return -1;
	return options->verify == VERIFY_NO ? 0 : verify(ram, options->verify, err);
}

int ram_allocate(struct ram *ram, const struct machine *m, struct fit *fit,
		 const struct ram_options *options, struct error *err)
{
	*ram = (struct ram){ .machine = m, .fit = fit };
	ram->nodes = xcalloc(m->topology.nr_nodes, sizeof(*ram->nodes));
	if (!take_memory(ram, options, err))
		return 0;
	ram_release(ram);
	return -1;
}

/* Ranges that touch in the guest touch on the host too, so only a hole ends the piece. */
static uint64_t contiguous_from(const struct layout *layout, const struct layout_range *range,
				uint64_t gpa)
{
	const struct layout_range *end = layout->ranges + layout->nr_ranges;
	uint64_t top = range->gpa + range->size;

	while (++range < end && range->gpa == top)
		top += range->size;
	return top - gpa;
}

void *ram_hva(const struct ram *ram, uint64_t gpa, uint64_t size)
{
	const struct layout_range *range = layout_range_at(&ram->machine->layout, gpa);

	if (!range || size > contiguous_from(&ram->machine->layout, range, gpa))
		return NULL;
	return ram->base + range->offset + (gpa - range->gpa);
}

/* The huge pages that hold @size bytes at @at, as far as they are @range's. */
static void advise_huge_pages(const struct ram *ram, const struct layout_range *range,
			      const uint8_t *at, uint64_t size, int advice)
{
	uint64_t huge = page_kinds[PLACEMENT_2M].size, start = (at - ram->base) / huge * huge;
	uint64_t end = (at - ram->base + size + huge - 1) / huge * huge;
	uint64_t top = range->offset + range->size;

	start = start < range->offset ? range->offset : start;
	madvise(ram->base + start, (end < top ? end : top) - start, advice);
}

int ram_write(const struct ram *ram, uint64_t gpa, const void *data, uint64_t size)
{
	const struct layout_range *range = layout_range_at(&ram->machine->layout, gpa);
	void *at = ram_hva(ram, gpa, size);
	const struct backing *backing;
	bool thp;

	if (!at)
		return -1;
	backing = backing_of(ram, range);
	thp = backing->pages == &page_kinds[PLACEMENT_THP] && !backing->populate;
	if (thp)
		advise_huge_pages(ram, range, at, size, MADV_NOHUGEPAGE);
	memcpy(at, data, size);
	if (thp)
		advise_huge_pages(ram, range, at, size, MADV_HUGEPAGE);
	return 0;
}

void *ram_range_hva(const struct ram *ram, const struct layout_range *range)
{
	return ram->base + range->offset;
}

void ram_release(struct ram *ram)
{
	if (ram->reservation)
		munmap(ram->reservation, ram->reserved);
	for (unsigned int i = 0; ram->nodes && i < ram->machine->topology.nr_nodes; i++)
		verify_free(&ram->nodes[i].counts);
	free(ram->nodes);
	*ram = (struct ram){ 0 };
}
