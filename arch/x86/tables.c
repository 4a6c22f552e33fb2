// SPDX-License-Identifier: MIT
/* The tables verb: what the guest would read, as files for iasl and for the eye. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/arch.h"
#include "arch/x86/acpi.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/e820.h"
#include "arch/x86/machine.h"
#include "arch/x86/platform.h"
#include "mem/xalloc.h"
#include "vmm/run/kvm.h"

/* Opens @folder/@name for writing; NULL with the reason. */
static FILE *create(const char *folder, const char *name, struct error *err)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file = fopen(path, "we");

	if (!file)
		error_errno(err, "%s", path);
	free(path);
	return file;
}

static int finish(FILE *file, const char *folder, const char *name, struct error *err)
{
	int failed = ferror(file);

	if (fclose(file) || failed)
		return error_errno(err, "%s/%s", folder, name);
	return 0;
}

/* Named as the kernel's /sys/firmware/acpi/tables has them; FACP is the FADT's signature. */
static int write_table(const char *folder, const struct acpi_tables *tables, size_t offset,
		       struct error *err)
{
	const uint8_t *table = tables->blob.data + offset;
	uint32_t length;
	char name[16];
	FILE *file;

	memcpy(&length, table + 4, 4);
	snprintf(name, sizeof(name), "%.4s.aml", (const char *)table);
	file = create(folder, name, err);
	if (!file)
		return -1;
	fwrite(table, 1, length, file);
	return finish(file, folder, name, err);
}

static int write_acpi(const char *folder, const struct acpi_tables *tables, struct error *err)
{
	for (unsigned int i = 0; i < tables->nr; i++)
		if (write_table(folder, tables, tables->offsets[i], err))
			return -1;
	return 0;
}

static int write_e820(const char *folder, const struct memory_map *map, struct error *err)
{
	FILE *file = create(folder, "e820.txt", err);

	if (!file)
		return -1;
	for (unsigned int i = 0; i < map->nr; i++)
		fprintf(file, "0x%016llx-0x%016llx %s\n", (unsigned long long)map->entries[i].start,
			(unsigned long long)(map->entries[i].start + map->entries[i].size - 1),
			memory_map_type_name(map->entries[i].type));
	return finish(file, folder, "e820.txt", err);
}

/* Without KVM the leaves are those that the topology makes. */
static void read_supported(struct cpuid_table *table)
{
	struct error err;
	int kvm = kvm_open(&err);

	*table = (struct cpuid_table){ 0 };
	if (kvm < 0)
		return;
	if (x86_supported_cpuid(kvm, table, &err))
		*table = (struct cpuid_table){ 0 };
	close(kvm);
}

static int compare_leaves(const void *a, const void *b)
{
	const struct cpuid_leaf *x = a, *y = b;

	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	return (x->subleaf > y->subleaf) - (x->subleaf < y->subleaf);
}

static void print_cpu(FILE *file, const struct machine *m, unsigned int cpu,
		      struct cpuid_table *table)
{
	cpuid_build(m, cpu, table);
	qsort(table->leaves, table->nr, sizeof(table->leaves[0]), compare_leaves);
	fprintf(file, "CPU %u, APIC id %u\n", cpu, apic_id(m, cpu));
	for (unsigned int i = 0; i < table->nr; i++) {
		const struct cpuid_leaf *l = &table->leaves[i];

		fprintf(file, "  %08x.%x: eax %08x ebx %08x ecx %08x edx %08x\n", l->leaf,
			l->subleaf, l->eax, l->ebx, l->ecx, l->edx);
	}
}

static int write_cpuid(const char *folder, const struct machine *m, struct error *err)
{
	FILE *file = create(folder, "cpuid.txt", err);
	struct cpuid_table supported, table;

	if (!file)
		return -1;
	read_supported(&supported);
	if (!supported.nr)
		fprintf(file, "# This host has no KVM to ask: only what the topology makes.\n");
	for (unsigned int cpu = 0; cpu < m->topology.nr_cpus; cpu++) {
		table = supported;
		print_cpu(file, m, cpu, &table);
	}
	return finish(file, folder, "cpuid.txt", err);
}

int arch_tables_write(const struct machine *m, const char *folder, struct error *err)
{
	struct acpi_tables tables;
	struct memory_map map;
	int ret;

	if (mkdir(folder, 0777) && errno != EEXIST)
		return error_errno(err, "-o %s", folder);
	x86_acpi_build(m, &tables);
	e820_build(m, acpi_size(&tables), &map);
	ret = write_acpi(folder, &tables, err) || write_e820(folder, &map, err) ||
	      write_cpuid(folder, m, err);
	memory_map_free(&map);
	blob_free(&tables.blob);
	return ret ? -1 : 0;
}
