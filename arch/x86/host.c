// SPDX-License-Identifier: MIT
/* What this host is, and the contract's functions that need no VM. */
#include "arch/x86/host.h"

#include <cpuid.h>
#include <string.h>

#include "arch/arch.h"
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/e820.h"
#include "arch/x86/platform.h"

const char arch_name[] = "x86_64";
const char arch_cmdline[] = "console=ttyS0 panic=-1";
const uint64_t arch_fast_port = X86_FAST_PORT;

/* What Linux puts into blocks larger than LAYOUT_MEMORY_BLOCK, and the largest. */
#define LARGE_BLOCKS_FROM (64ULL << 30)
#define LARGEST_BLOCK (2ULL << 30)

/* NODE_MIN_SIZE of Linux's arch/x86/mm/numa.c, until its commit a1e2b8b36820. */
const uint64_t arch_node_min_size = 4ULL << 20;

#define ZEN_FAMILY 0x17
#define ZEN1_LAST_MODEL 0x1f
#define ZEN1_LLC_SHIFT 3

/* AMD's and Hygon's processors have the same leaves. */
static bool is_amd(void)
{
	unsigned int eax, ebx = 0, ecx = 0, edx = 0;
	char vendor[13] = "";

	__get_cpuid(0, &eax, &ebx, &ecx, &edx);
	memcpy(vendor, &ebx, 4);
	memcpy(vendor + 4, &edx, 4);
	memcpy(vendor + 8, &ecx, 4);
	return !strcmp(vendor, "AuthenticAMD") || !strcmp(vendor, "HygonGenuine");
}

/*
 * Where Linux does not go by CPUID: arch/x86/kernel/cpu/cacheinfo.c, cacheinfo_amd_init_llc_id().
 */
static void probe_llc(struct arch_host *host)
{
	unsigned int eax = 0, ebx, ecx, edx, family, model;

	__get_cpuid(1, &eax, &ebx, &ecx, &edx);
	family = (eax >> 8 & 0xf) + (eax >> 20 & 0xff);
	model = (eax >> 4 & 0xf) | (eax >> 12 & 0xf0);
	if (family < ZEN_FAMILY)
		host->llc_is_package = true;
	else if (family == ZEN_FAMILY && model <= ZEN1_LAST_MODEL)
		host->llc_shift_min = ZEN1_LLC_SHIFT;
}

void arch_host_probe(struct arch_host *host)
{
	unsigned int eax = 36, ebx, ecx, edx;

	__get_cpuid(0x80000008, &eax, &ebx, &ecx, &edx);
	*host = (struct arch_host){ .amd = is_amd(), .phys_bits = eax & 0xff };
	if (host->amd)
		probe_llc(host);
}

void arch_cannot_show(const struct machine *m, void (*say)(void *opaque, const char *sentence),
		      void *opaque)
{
	struct apic_id_shifts shifts = apic_id_shifts(m);

	if (m->host->llc_is_package && m->topology.llcs_per_package > 1)
		say(opaque, "on this host's processor (AMD before Zen) Linux sees one last-level "
			    "cache per package, whatever is declared");
	if (m->host->llc_shift_min && shifts.llc > m->host->llc_shift_min)
		say(opaque, "on this host's processor (Zen 1) Linux sees no last-level cache of "
			    "more than 8 CPUs, and will split the declared ones");
}

void arch_layout_space(const struct arch_host *host, struct layout_space *space)
{
	*space = (struct layout_space){
		.holes = { { X86_MMIO_HOLE_START, X86_MMIO_HOLE_END },
			   { X86_HYPERTRANSPORT_START, X86_HYPERTRANSPORT_END } },
		.nr_holes = host->amd ? 2 : 1,
		.phys_bits = host->phys_bits,
	};
}

uint32_t arch_cpu_id(const struct machine *m, unsigned int cpu)
{
	return apic_id(m, cpu);
}

unsigned int arch_vcpu_id(const struct machine *m, unsigned int cpu)
{
	return apic_id(m, cpu);
}

unsigned long arch_vm_type(const struct machine *m)
{
	(void)m;
	return 0;
}

/*
 * arch/x86/mm/init_64.c, probe_memory_block_size(): the largest that the end of RAM is a multiple
 * of.
 */
uint64_t arch_memory_block(const struct machine *m)
{
	uint64_t end = layout_end(&m->layout), block = LARGEST_BLOCK;

	if (end < LARGE_BLOCKS_FROM)
		return LAYOUT_MEMORY_BLOCK;
	while (block > LAYOUT_MEMORY_BLOCK && end % block)
		block /= 2;
	return block;
}

int arch_memory_map(const struct machine *m, struct memory_map *map, struct error *err)
{
	uint64_t room = e820_low_end(m) - X86_HIGH_RAM, size;
	struct acpi_tables tables;

	x86_acpi_build(m, &tables);
	size = acpi_size(&tables);
	blob_free(&tables.blob);
	if (size > room)
		return error_set(err,
				 "the ACPI tables take %llu KiB of the RAM from 1 MiB to 3 GiB, "
				 "but there are %llu KiB: give the first nodes more memory",
				 (unsigned long long)size >> 10, (unsigned long long)room >> 10);
	e820_build(m, size, map);
	return 0;
}
