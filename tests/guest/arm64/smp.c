// SPDX-License-Identifier: MIT
/*
 * smp: starts every other CPU of the tree by PSCI, twice, one after the other; each says what it
 * takes its MPIDR for, which has to be the one that was asked for, and goes off again. Then what
 * PSCI has to refuse.
 */
#include "guest.h"

#define PATIENCE_SECONDS 10

/* What start.S's secondary gets: words that it writes, and how it calls the firmware. */
static volatile struct {
	uint64_t flag, mpidr, smc;
} word;

extern const uint8_t secondary[];

static uint64_t deadline(void)
{
	return read_register("cntvct_el0") + PATIENCE_SECONDS * read_register("cntfrq_el0");
}

static void start(uint64_t mpidr)
{
	uint64_t end = deadline();
	int64_t ret;

	word.flag = 0;
	barrier();
	ret = psci(PSCI_CPU_ON, mpidr, (uintptr_t)secondary, (uintptr_t)&word);
	if (ret)
		fail("CPU_ON's refusal", (uint64_t)-ret);
	while (!word.flag) {
		if (read_register("cntvct_el0") > end)
			fail("no sign of CPU with MPIDR", mpidr);
		pause();
	}
	if ((word.mpidr & MPIDR_AFFINITY) != mpidr)
		fail("a CPU thinks its MPIDR is", word.mpidr);
	while (psci(PSCI_AFFINITY_INFO, mpidr, 0, 0) != PSCI_AFFINITY_OFF) {
		if (read_register("cntvct_el0") > end)
			fail("it does not go off, MPIDR", mpidr);
		pause();
	}
}

static void expect(int64_t wanted, int64_t got, const char *what)
{
	if (wanted != got)
		fail(what, (uint64_t)got);
}

static void check_refusals(uint64_t own)
{
	uint64_t entry = (uintptr_t)secondary;

	if (psci(PSCI_VERSION, 0, 0, 0) < 2)
		fail("PSCI older than 0.2", 0);
	expect(PSCI_AFFINITY_ON, psci(PSCI_AFFINITY_INFO, own, 0, 0), "this CPU is not on but");
	expect(PSCI_ALREADY_ON, psci(PSCI_CPU_ON, own, entry, 0), "CPU_ON of this CPU");
	expect(PSCI_INVALID_PARAMETERS, psci(PSCI_CPU_ON, 0xfefefe, entry, 0), "CPU_ON of nobody");
	expect(PSCI_NOT_SUPPORTED, psci(0x8400001f, 0, 0, 0), "an unknown function");
}

void guest_main(void)
{
	uint64_t own = read_register("mpidr_el1") & MPIDR_AFFINITY;
	unsigned int started = 0, here = 0;
	struct fdt_node node;

	word.smc = (uint64_t)psci_by_smc();
	fdt_first(&node);
	do {
		if (!fdt_has(&node, "device_type", "cpu"))
			continue;
		if (cpu_mpidr(&node) == own) {
			here++;
			continue;
		}
		start(cpu_mpidr(&node));
		start(cpu_mpidr(&node));
		started++;
	} while (fdt_next(&node));
	if (here != 1)
		fail("times that the tree has this CPU:", here);
	check_refusals(own);
	put("smp: started ");
	put_number(started);
	put("\n");
}
