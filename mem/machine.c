// SPDX-License-Identifier: MIT
#include "mem/machine.h"

bool machine_has(const struct machine *m, unsigned int device)
{
	return device == MACHINE_CONSOLE || m->devices >> device & 1;
}

void machine_free(struct machine *m)
{
	memory_map_free(&m->map);
	layout_free(&m->layout);
	topology_free(&m->topology);
	*m = (struct machine){ 0 };
}
