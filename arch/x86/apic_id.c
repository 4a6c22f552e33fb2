// SPDX-License-Identifier: MIT
#include "arch/x86/apic_id.h"

static unsigned int bits_for(unsigned int count)
{
	unsigned int bits = 0;

	while (1U << bits < count)
		bits++;
	return bits;
}

struct apic_id_shifts apic_id_shifts(const struct arch_host *host, const struct topology *t)
{
	struct apic_id_shifts shifts;

	shifts.core = bits_for(t->threads);
	shifts.llc = shifts.core + bits_for(t->cores);
	if (shifts.llc < host->llc_shift_min)
		shifts.llc = host->llc_shift_min;
	shifts.package = shifts.llc + bits_for(t->llcs_per_package);
	return shifts;
}

/* The first package of more than one CPU; 0 when there is none. */
static unsigned int first_shared_package(const struct topology *t)
{
	if (t->llcs_per_package * t->cores * t->threads > 1)
		for (unsigned int cpu = 1; cpu < t->nr_cpus; cpu++)
			if (t->cpus[cpu].package == t->cpus[cpu - 1].package)
				return t->cpus[cpu].package;
	return 0;
}

/*
 * Linux since 6.9 takes every package to have as many cores as the one of the lowest APIC id, and
 * with a single CPU there it shows no package anywhere (arch/x86/kernel/cpu/topology.c,
 * topology_init_possible_cpus(); smpboot.c, set_cpu_sibling_map()). So package 0 changes places
 * with the first that has more.
 */
static unsigned int package_field(const struct topology *t, unsigned int package)
{
	unsigned int shared = first_shared_package(t);

	if (package == 0)
		return shared;
	return package == shared ? 0 : package;
}

uint32_t apic_id(const struct arch_host *host, const struct topology *t, unsigned int cpu)
{
	struct apic_id_shifts shifts = apic_id_shifts(host, t);
	const struct topology_cpu *c = &t->cpus[cpu];

	return package_field(t, c->package) << shifts.package | c->llc_in_package << shifts.llc |
	       c->core_in_llc << shifts.core | c->thread;
}

uint32_t apic_id_max(const struct arch_host *host, const struct topology *t)
{
	uint32_t first = apic_id(host, t, 0), last = apic_id(host, t, t->nr_cpus - 1);

	return first > last ? first : last;
}
