/* SPDX-License-Identifier: MIT */
/*
 * Which host CPUs each vCPU thread may run on: beside its node's memory unless told otherwise.
 * mem/fit plans it once the nodes have their backings, and owns the masks; each vCPU's thread takes
 * its own before it runs.
 */
#ifndef MEM_PIN_H
#define MEM_PIN_H

#include "mem/backing.h"
#include "mem/topology.h"

/* The host's CPUs as sysfs shows them, or as a test makes them up. */
struct pin_host {
	unsigned int nr_cpus;
	unsigned int *core; /* of each CPU: the first CPU of its core; itself if it is not ours */
};

void pin_host_read(struct pin_host *host);
void pin_host_free(struct pin_host *host);

/*
 * Takes CPUs for @cores guest cores of @threads threads each from @free, which loses them; cpus[]
 * gets cores * threads of them, core by core. The threads of a guest core get one host core's where
 * there is one with enough, and guest cores of one thread get host cores of their own while there
 * are any. Pure. Returns 0, or -1 when there are too few.
 */
int pin_cores(const struct pin_host *host, struct bitmask *free, unsigned int cores,
	      unsigned int threads, unsigned int *cpus);

/*
 * One mask per vCPU in masks[], NULL for those that run anywhere; the host is only read where some
 * node wants a pin. @backings are the nodes', resolved; what a node that is not strict cannot have
 * is given up there. Returns 0, or -1 naming the node. The masks are to be freed in any case.
 */
int pin_plan(const struct topology *t, struct backing *backings, struct bitmask **masks,
	     struct error *err);

#endif
