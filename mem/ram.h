/* SPDX-License-Identifier: MIT */
/*
 * The guest's RAM on the host: one reservation, each range mapped into it, bound and, when asked,
 * populated and verified. run allocates it before the VM exists and owns it; every access of ours
 * to guest memory goes through ram_hva(), which knows the bounds.
 */
#ifndef MEM_RAM_H
#define MEM_RAM_H

#include "mem/fit.h"
#include "mem/populate.h"
#include "mem/verify.h"

/* What became of one node's memory. */
struct ram_node {
	double seconds; /* that populating it took; 0: not populated */
	struct verify_counts counts; /* asked is 0 where it was not verified */
};

struct ram_options {
	unsigned int threads; /* that populate; 0: one per CPU */
	enum verify_mode verify;
	populate_progress *progress; /* or NULL */
};

struct ram {
	const struct machine *machine;
	struct fit *fit;
	uint8_t *base; /* of offset 0, aligned for the largest page in use */
	void *reservation;
	size_t reserved;
	struct ram_node *nodes;
	double populate_seconds;
};

/*
 * Reserves address space for all of @m (PROT_NONE), maps each range (mmap(2)), advises (madvise(2))
 * and binds it (mbind(2)), populates all nodes at once, and asks the kernel where the pages are
 * (move_pages(2)), in that order. What a node that is not strict then cannot have is given up in
 * @fit. @m and @fit must outlive @ram. Returns 0, or -1 naming node, call and errno, with nothing
 * mapped.
 */
int ram_allocate(struct ram *ram, const struct machine *m, struct fit *fit,
		 const struct ram_options *options, struct error *err);

/* The host address of @size bytes of RAM at @gpa, or NULL when not all of them are RAM. */
void *ram_hva(const struct ram *ram, uint64_t gpa, uint64_t size);

/*
 * Writes @size bytes to RAM at @gpa without a huge page being made for them: zeroing its 2 MiB
 * costs more than all that a boot writes. The rest of the memory has its huge pages as before, and
 * khugepaged may make this one too. Returns 0, or -1 when not all of them are RAM.
 */
int ram_write(const struct ram *ram, uint64_t gpa, const void *data, uint64_t size);

/* The host address of @range. */
void *ram_range_hva(const struct ram *ram, const struct layout_range *range);

/* Unmaps everything and leaves @ram zeroed. */
void ram_release(struct ram *ram);

#endif
