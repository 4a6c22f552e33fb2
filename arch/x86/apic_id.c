// SPDX-License-Identifier: MIT
#include "arch/x86/apic_id.h"

static unsigned int bits_for(unsigned int count)
{
	unsigned int bits = 0;

	while (1U << bits < count)
		bits++;
	return bits;
}

struct apic_id_shifts apic_id_shifts(const struct machine *m)
{
	struct apic_id_shifts shifts;

	shifts.core = bits_for(m->topology.threads);
	shifts.llc = shifts.core + bits_for(m->topology.cores);
	if (shifts.llc < m->host->llc_shift_min)
		shifts.llc = m->host->llc_shift_min;
	shifts.package = shifts.llc + bits_for(m->topology.llcs_per_package);
	return shifts;
}

/* The first package of more than one CPU; 0 when there is none. */
static unsigned int first_shared_package(const struct machine *m)
{
	if (m->topology.llcs_per_package * m->topology.cores * m->topology.threads > 1)
		for (unsigned int cpu = 1; cpu < m->topology.nr_cpus; cpu++)
			if (m->topology.cpus[cpu].package == m->topology.cpus[cpu - 1].package)
				return m->topology.cpus[cpu].package;
	return 0;
}

/*
 * Linux since 6.9 takes every package to have as many cores as the one of the lowest APIC id, and
 * with a single CPU there it shows no package anywhere (arch/x86/kernel/cpu/topology.c,
 * topology_init_possible_cpus(); smpboot.c, set_cpu_sibling_map()). So package 0 changes places
 * with the first that has more.
 */
static unsigned int package_field(const struct machine *m, unsigned int package)
{
	unsigned int shared = first_shared_package(m);

	if (package == 0)
		return shared;
	return package == shared ? 0 : package;
}

uint32_t apic_id(const struct machine *m, unsigned int cpu)
{
	struct apic_id_shifts shifts = apic_id_shifts(m);
	const struct topology_cpu *c = &m->topology.cpus[cpu];

	return package_field(m, c->package) << shifts.package | c->llc_in_package << shifts.llc |
	       c->core_in_llc << shifts.core | c->thread;
}

uint32_t apic_id_max(const struct machine *m)
{
	uint32_t first = apic_id(m, 0), last = apic_id(m, m->topology.nr_cpus - 1);

	return first > last ? first : last;
}
