/* SPDX-License-Identifier: MIT */
/*
 * What a machine is to get from this host, compared with what is free before anything is taken.
 * run and plan ask the same function; run keeps what it made as long as the RAM, plan shows it.
 */
#ifndef MEM_FIT_H
#define MEM_FIT_H

#include "mem/backing.h"
#include "mem/machine.h"

#define FIT_UNLOCKED "another program keeps the lock: what is free may be given to two starts"

struct fit {
	const struct machine *machine;
	struct backing *backings; /* one per node */
	struct bitmask **masks; /* one per vCPU: its host CPUs; NULL: any */
	int lock; /* lock_take(), -1 for none: what is free now stays free for this machine */
	bool unlocked; /* somebody else kept it: another start may take the same */
};

/*
 * Total memory, the nodes' placements on this host, what populating and huge pages need of what is
 * free there, all nodes together, and pins; lock_take() is held from then on if memory is to be
 * taken. What a node that is not strict cannot have is given up in its backing; pages = auto is
 * chosen, as are host nodes for those that want some and name none, and thp where the host gives
 * none is 4k. A node that is not populated and that its host nodes cannot hold now gets a warning.
 * Returns 0, or -1 with the first thing that does not fit and its node (contention for a lack of
 * something that is not free now): all backings are resolved then too. @fit is to be freed in any
 * case; @m must outlive it.
 */
int fit_make(const struct machine *m, struct fit *fit, struct error *err);

/* Some of its memory is taken before the guest starts. */
bool fit_takes_memory(const struct fit *fit);

/* The memory is taken, or will not be: lets the next machine look at what is free. */
void fit_unlock(struct fit *fit);

void fit_free(struct fit *fit);

/* The part of capacity, which shrinks by what @backings take of it. Pure. Returns as fit_make(). */
struct capacity;
int fit_into(const struct machine *m, struct backing *backings, struct capacity *capacity,
	     struct error *err);

#endif
