/* SPDX-License-Identifier: MIT */
/*
 * The device tree of the arm64 machine: memory, CPUs, caches and distances with their nodes, and
 * its few devices. The boot loader copies it to RAM and the tables verb writes the same bytes to a
 * file. Pure.
 */
#ifndef ARCH_ARM64_FDT_H
#define ARCH_ARM64_FDT_H

#include "arch/arm64/host.h"
#include "arch/fdt/tree.h"

/*
 * Linux takes 2 MiB (Documentation/arch/arm64/booting.rst). A little less, which no huge page is
 * zeroed for while the tree is built, in which a boot's command line and addresses take the rest.
 */
#define FDT_MAX_SIZE ((2U << 20) - 8192)
#define FDT_CHOSEN_MAX_SIZE 4096

/*
 * Appends the tree to @blob, which is empty. Without @chosen (NULL) it is that of the machine
 * alone, and leaves room for what a boot adds. Returns 0, or -1 when the machine has more CPUs or
 * nodes than a tree for Linux can hold.
 */
int fdt_build(const struct machine *m, const struct fdt_chosen *chosen, struct blob *blob,
	      struct error *err);

/* Interrupt controller, timer, performance counters, PSCI and serial port. In fdt_devices.c. */
void fdt_add_devices(struct tree *tree);

#endif
