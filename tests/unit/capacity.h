/* SPDX-License-Identifier: MIT */
/* A host that is made up. */
#ifndef TESTS_UNIT_CAPACITY_H
#define TESTS_UNIT_CAPACITY_H

#include "mem/capacity.h"

#define HOST_NODES 3

/* MiB on each host node. */
typedef unsigned int amounts[HOST_NODES];

/* A host of HOST_NODES with as much free; node 1 has three times the others' weight. */
void make_capacity(struct capacity *capacity, const amounts memory, const amounts huge,
		   const amounts giant);

#endif
