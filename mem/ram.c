// SPDX-License-Identifier: MIT
#include "mem/ram.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/fit.h"
#include "mem/host.h"
#include "mem/xalloc.h"

#define HUGE_2M (2UL << 20)
#define HUGE_SHIFT_2M 21
#define HUGE_SHIFT_1G 30

/* mmap(2) and memfd_create(2) take the size of a huge page in the same bits. */
#define HUGE_SIZE_BITS 26

/*
 * The alignment is what lets KVM map huge pages: hva and gpa must be equal modulo the page size.
 * RAM bases and holes are multiples of 1 GiB, so the ranges' packed offsets keep that.
 */
static int reserve(struct ram *ram, struct error *err)
{
	uintptr_t alignment = HUGE_2M, start;

	for (unsigned int i = 0; i < ram->nr_nodes; i++)
		if (ram->nodes[i].place.page_size > alignment)
			alignment = ram->nodes[i].place.page_size;
	ram->reserved = ram->layout->size + alignment;
	ram->reservation = mmap(NULL, ram->reserved, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram->reservation == MAP_FAILED) {
		ram->reservation = NULL;
		return error_errno(err, "mmap of %llu MiB of address space for guest memory",
				   (unsigned long long)ram->layout->size >> 20);
	}
	start = ((uintptr_t)ram->reservation + alignment - 1) & ~(alignment - 1);
	ram->base = (uint8_t *)start;
	return 0;
}

static unsigned int huge_bits(const struct place *place)
{
	return (place->page_size > HUGE_2M ? HUGE_SHIFT_1G : HUGE_SHIFT_2M) << HUGE_SIZE_BITS;
}

/* Huge pages are reserved as they are mapped: what is mapped can be had, at least somewhere. */
static int map_flags(const struct place *place)
{
	return place->page_size > 4096 ? MAP_HUGETLB | huge_bits(place) : MAP_NORESERVE;
}

/* A file in memory of the range's size; the mapping alone keeps it. */
static int open_shared(const struct place *place, const struct layout_range *range,
		       struct error *err)
{
	unsigned int flags = MFD_CLOEXEC;
	char name[32];
	int fd;

	if (place->page_size > 4096)
		flags |= MFD_HUGETLB | huge_bits(place);
	snprintf(name, sizeof(name), "numavm node %u", range->node);
	fd = memfd_create(name, flags);
	if (fd < 0)
		return place_error(place, err, "memfd_create");
	if (ftruncate(fd, range->size)) {
		place_error(place, err, "ftruncate of a memfd to %llu MiB",
			    (unsigned long long)range->size >> 20);
		close(fd);
		return -1;
	}
	return fd;
}

static int map_at(struct ram *ram, const struct layout_range *range, int flags, int fd,
		  struct error *err)
{
	const struct place *place = &ram->nodes[range->node].place;

	if (mmap(ram_range_hva(ram, range), range->size, PROT_READ | PROT_WRITE, flags | MAP_FIXED,
		 fd, 0) == MAP_FAILED)
		return place_error(place, err, "mmap of %llu MiB",
				   (unsigned long long)range->size >> 20);
	return 0;
}

static int map_range(struct ram *ram, const struct layout_range *range, struct error *err)
{
	const struct place *place = &ram->nodes[range->node].place;
	int fd, ret;

	if (!place->shared)
		return map_at(ram, range, MAP_PRIVATE | MAP_ANONYMOUS | map_flags(place), -1, err);
	fd = open_shared(place, range, err);
	if (fd < 0)
		return -1;
	ret = map_at(ram, range, MAP_SHARED, fd, err);
	close(fd);
	return ret;
}

/* A host without transparent huge pages (EINVAL) works, only slower. */
static int advise_range(struct ram *ram, const struct layout_range *range, struct error *err)
{
	const struct place *place = &ram->nodes[range->node].place;
	int advice = place->thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (place->page_size > 4096 || !madvise(ram_range_hva(ram, range), range->size, advice) ||
	    errno == EINVAL)
		return 0;
	return place_error(place, err, "madvise(%s)",
			   place->thp ? "MADV_HUGEPAGE" : "MADV_NOHUGEPAGE");
}

static int bind_range(struct ram *ram, const struct layout_range *range, struct error *err)
{
	struct place *place = &ram->nodes[range->node].place;

	if (!place_bind(place, ram_range_hva(ram, range), range->size, err))
		return 0;
	if (place->strict)
		return -1;
	place_give_up(place, err);
	place_drop_nodes(place);
	return 0;
}

static int map_all(struct ram *ram, struct error *err)
{
	if (reserve(ram, err))
		return -1;
	for (unsigned int i = 0; i < ram->layout->nr_ranges; i++) {
		const struct layout_range *range = &ram->layout->ranges[i];

		if (map_range(ram, range, err) || advise_range(ram, range, err) ||
		    bind_range(ram, range, err))
			return error_prefix(err, "node %u: ", range->node);
	}
	return 0;
}

/* A node is as slow as the slowest of its ranges. */
static void note_seconds(struct ram *ram, const struct populate_range *ranges, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (ranges[i].seconds > ram->nodes[ranges[i].node].seconds)
			ram->nodes[ranges[i].node].seconds = ranges[i].seconds;
}

/* Those of all nodes whose memory has a fixed place, or of all others. */
static int populate_those(struct ram *ram, bool fixed, const struct ram_options *options,
			  struct error *err)
{
	struct populate_range *ranges = xcalloc(ram->layout->nr_ranges, sizeof(*ranges));
	unsigned int nr = 0;
	int ret;

	for (unsigned int i = 0; i < ram->layout->nr_ranges; i++) {
		const struct layout_range *range = &ram->layout->ranges[i];
		const struct place *place = &ram->nodes[range->node].place;

		if (place->populate && place_is_fixed(place) == fixed)
			ranges[nr++] = (struct populate_range){
				.node = range->node,
				.place = place,
				.addr = ram_range_hva(ram, range),
				.size = range->size,
			};
	}
	ret = populate_all(ranges, nr, options->threads, options->progress, err);
	note_seconds(ram, ranges, nr);
	free(ranges);
	return ret;
}

/*
 * All at once, but who can go elsewhere must not take the place of who cannot: that one would be
 * killed.
 */
static int populate(struct ram *ram, const struct ram_options *options, struct error *err)
{
	struct timespec start;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &start);
	ret = populate_those(ram, true, options, err);
	if (!ret)
		ret = populate_those(ram, false, options, err);
	ram->populate_seconds = clock_seconds_since(&start);
	return ret;
}

static int count_range(struct ram *ram, const struct topology *t, const struct layout_range *range,
		       enum verify_mode mode, struct error *err)
{
	struct ram_node *node = &ram->nodes[range->node];
	uint64_t pages = t->nodes[range->node].size / node->place.page_size;
	uint64_t every = mode == VERIFY_FULL ? 1 : pages / VERIFY_LEAST;

	if (!node->counts.by_node)
		verify_init(&node->counts, host_nr_nodes());
	return verify_count(&node->place, ram_range_hva(ram, range), range->size, every ? every : 1,
			    &node->counts, err);
}

static int judge_node(struct ram_node *node, const unsigned int *weights, struct error *err)
{
	if (!node->counts.asked || !verify_judge(&node->place, &node->counts, weights, err))
		return 0;
	if (node->place.strict)
		return -1;
	place_give_up(&node->place, err);
	return 0;
}

/* What was populated is to be where its policy promises. */
static int verify(struct ram *ram, const struct topology *t, enum verify_mode mode,
		  struct error *err)
{
	unsigned int *weights = xcalloc(host_nr_nodes(), sizeof(*weights)), node = 0;
	int ret = 0;

	for (unsigned int i = 0; i < host_nr_nodes(); i++)
		weights[i] = host_interleave_weight(i);
	for (unsigned int i = 0; !ret && i < ram->layout->nr_ranges; i++) {
		node = ram->layout->ranges[i].node;
		if (ram->nodes[node].place.populate)
			ret = count_range(ram, t, &ram->layout->ranges[i], mode, err);
	}
	for (unsigned int i = 0; !ret && i < ram->nr_nodes; i++) {
		node = i;
		ret = judge_node(&ram->nodes[i], weights, err);
	}
	free(weights);
	return ret ? error_prefix(err, "node %u: ", node) : 0;
}

static bool takes_memory(const struct topology *t)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (t->nodes[i].placement.populate)
			return true;
	return false;
}

static int resolve(struct ram *ram, const struct topology *t, struct error *err)
{
	struct place *places = xcalloc(t->nr_nodes, sizeof(*places));
	int ret = fit_resolve(t, ram->layout, places, err);

	if (!ret)
		ret = fit_capacity(t, ram->layout, places, err);
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		ram->nodes[i].place = places[i];
	free(places);
	return ret;
}

static int allocate(struct ram *ram, const struct topology *t, const struct ram_options *options,
		    struct error *err)
{
	if (resolve(ram, t, err) || map_all(ram, err))
		return -1;
	if (!takes_memory(t))
		return 0;
	if (populate(ram, options, err))
		return -1;
	return options->verify == VERIFY_NO ? 0 : verify(ram, t, options->verify, err);
}

int ram_allocate(struct ram *ram, const struct topology *t, const struct layout *layout,
		 const struct ram_options *options, struct error *err)
{
	int lock = takes_memory(t) ? host_lock() : -1, ret;

	*ram = (struct ram){ .layout = layout, .nr_nodes = t->nr_nodes };
	ram->nodes = xcalloc(t->nr_nodes, sizeof(*ram->nodes));
	ret = allocate(ram, t, options, err);
	if (lock >= 0)
		close(lock);
	if (ret)
		ram_release(ram);
	return ret;
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
	const struct layout_range *range = layout_range_at(ram->layout, gpa);

	if (!range)
		return NULL;
	if (size > range->size - (gpa - range->gpa) &&
	    size > contiguous_from(ram->layout, range, gpa))
		return NULL;
	return ram->base + range->offset + (gpa - range->gpa);
}

void *ram_range_hva(const struct ram *ram, const struct layout_range *range)
{
	return ram->base + range->offset;
}

void ram_release(struct ram *ram)
{
	if (ram->reservation)
		munmap(ram->reservation, ram->reserved);
	for (unsigned int i = 0; i < ram->nr_nodes; i++) {
		place_free(&ram->nodes[i].place);
		verify_free(&ram->nodes[i].counts);
	}
	free(ram->nodes);
	*ram = (struct ram){ 0 };
}
