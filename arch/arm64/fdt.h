/* SPDX-License-Identifier: MIT */
/*
 * The flattened device tree: memory, CPUs, caches and distances with their nodes, and the machine's
 * few devices. Pure; the boot loader copies it to RAM and the tables verb writes the same bytes to
 * a file. Sources: Devicetree Specification 0.4; Linux, Documentation/devicetree/bindings/.
 */
#ifndef ARCH_ARM64_FDT_H
#define ARCH_ARM64_FDT_H

#include "arch/arm64/host.h"
#include "arch/blob.h"
#include "mem/machine.h"

#define FDT_MAX_SIZE (2U << 20) /* Linux, Documentation/arch/arm64/booting.rst */
#define FDT_RNG_SEED_SIZE 32

/* What one boot adds. Addresses are guest-physical. */
struct fdt_chosen {
	const char *cmdline;
	uint64_t initrd, initrd_size; /* 0: none */
	uint64_t kaslr_seed;
	uint8_t rng_seed[FDT_RNG_SEED_SIZE];
};

/*
 * Appends the tree to @blob, which is empty. Without @chosen (NULL) it is that of the machine
 * alone. Returns 0, or -1 when the machine has more CPUs or nodes than a tree for Linux can hold.
 */
int fdt_build(const struct machine *m, const struct fdt_chosen *chosen, struct blob *blob,
	      struct error *err);

#endif
