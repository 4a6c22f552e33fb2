// SPDX-License-Identifier: MIT
/* The tables verb: what the guest would read, as files for iasl and for the eye. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "arch/arch.h"
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/cpuid.h"
#include "arch/x86/platform.h"
#include "vmm/run/kvm.h"

/* Named as the kernel's /sys/firmware/acpi/tables has them; FACP is the FADT's signature. */
static int write_acpi(const struct machine *m, const char *folder, struct error *err)
{
	struct acpi_tables tables;
	int ret = 0;

	x86_acpi_build(m, &tables);
	for (unsigned int i = 0; !ret && i < tables.nr; i++) {
		const struct acpi_header *header = acpi_header(&tables, i);
		char name[16];

		snprintf(name, sizeof(name), "%.4s.aml", header->signature);
		ret = blob_write(&tables.blob, tables.offsets[i], header->length, folder, name,
				 err);
	}
	blob_free(&tables.blob);
	return ret;
}

static int write_text(struct blob *text, const char *folder, const char *name, struct error *err)
{
	int ret = blob_write(text, 0, text->size, folder, name, err);

	blob_free(text);
	return ret;
}

static int write_e820(const struct machine *m, const char *folder, struct error *err)
{
	struct blob text = { 0 };

	for (unsigned int i = 0; i < m->map.nr; i++)
		blob_printf(&text, "0x%016" PRIx64 "-0x%016" PRIx64 " %s\n",
			    m->map.entries[i].start,
			    m->map.entries[i].start + m->map.entries[i].size - 1,
			    memory_map_type_name(m->map.entries[i].type));
	return write_text(&text, folder, "e820.txt", err);
}

static int compare_leaves(const void *a, const void *b)
{
	const struct cpuid_leaf *x = a, *y = b;

	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	return (x->subleaf > y->subleaf) - (x->subleaf < y->subleaf);
}

/* @table is what KVM supports. */
static void print_cpu(struct blob *text, const struct machine *m, unsigned int cpu,
		      struct cpuid_table table)
{
	cpuid_build(m, cpu, &table);
	qsort(table.leaves, table.nr, sizeof(table.leaves[0]), compare_leaves);
	blob_printf(text, "CPU %u, APIC id %u\n", cpu, apic_id(m, cpu));
	for (unsigned int i = 0; i < table.nr; i++) {
		const struct cpuid_leaf *l = &table.leaves[i];

		blob_printf(text, "  %08x.%x: eax %08x ebx %08x ecx %08x edx %08x\n", l->leaf,
			    l->subleaf, l->eax, l->ebx, l->ecx, l->edx);
	}
}

/* Without KVM the leaves are those that the topology makes. */
static int write_cpuid(const struct machine *m, const char *folder, struct error *err)
{
	struct cpuid_table supported = { .nr = CPUID_MAX_LEAVES };
	struct blob text = { 0 };
	struct error ignored;
	int kvm = kvm_open(&ignored);

	if (kvm < 0 || kvm_ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &supported, &ignored)) {
		supported.nr = 0;
		blob_printf(&text,
			    "# This host has no KVM to ask: only what the topology makes.\n");
	}
	if (kvm >= 0)
		close(kvm);
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++)
		print_cpu(&text, m, cpu, supported);
	return write_text(&text, folder, "cpuid.txt", err);
}

int arch_tables_write(const struct machine *m, const char *folder, struct error *err)
{
	if (write_acpi(m, folder, err) || write_e820(m, folder, err))
		return -1;
	return write_cpuid(m, folder, err);
}
