// SPDX-License-Identifier: MIT
#include "mem/machine.h"

void machine_free(struct machine *m)
{
	layout_free(&m->layout);
	topology_free(&m->topology);
	*m = (struct machine){ 0 };
}
