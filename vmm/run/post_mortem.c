// SPDX-License-Identifier: MIT
#include "vmm/run/post_mortem.h"

#include <stdio.h>
#include <stdlib.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "vmm/run/excerpt.h"

/* Where each CPU was, as vm_look() has found or as it is now, without what KASLR has added. */
static void find_places(struct vm *vm, uint64_t kernel_offset, struct symbol *places)
{
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		if (atomic_load(&vcpu->parked))
			places[i].address =
				(vcpu->registers ? vcpu->pc : arch_vcpu_pc(vcpu)) - kernel_offset;
	}
	symbols_find(&vm->symbols, places, vm->machine->topology.nr_cpus);
}

static void print_cpu(struct vcpu *vcpu, const struct symbol *place, FILE *file)
{
	fprintf(file, "numavm: CPU %u:\n", vcpu->index);
	if (!atomic_load(&vcpu->parked)) {
		fprintf(file, "numavm:   does not come out of KVM_RUN\n");
		return;
	}
	if (vcpu->registers)
		fputs(vcpu->registers, file);
	else
		arch_vcpu_dump(vcpu, file);
	if (place->name[0])
		fprintf(file, "numavm:   in %s+0x%llx\n", place->name,
			(unsigned long long)(place->address - place->start));
}

static void print_cpus(struct vm *vm, uint64_t kernel_offset, FILE *file)
{
	unsigned int nr = vm->machine->topology.nr_cpus;
	struct symbol *places = xcalloc(nr, sizeof(*places));

	find_places(vm, kernel_offset, places);
	for (unsigned int i = 0; i < nr; i++)
		print_cpu(&vm->vcpus[i], &places[i], file);
	free(places);
}

/* Of the kernel's log where it could be read, else of its console. */
static void print_last(const struct vm *vm, const struct klog *klog, FILE *file)
{
	if (klog->found) {
		fprintf(file, "numavm: the kernel's log ends with:\n");
		excerpt_print(klog, excerpt_last(klog), file);
	} else if (vm->console.last) {
		fprintf(file, "numavm: the console ends with:\n");
		console_print_last(&vm->console, file);
	}
}

static void print_trace(const struct klog *klog, struct excerpt trace, FILE *file)
{
	fprintf(file, "numavm: the kernel's log, from its panic or oops on:\n");
	excerpt_print(klog, trace, file);
}

char *post_mortem_text(struct vm *vm, const struct result *result)
{
	const struct klog *klog = &result->klog;
	struct excerpt trace = excerpt_trace(klog);
	char *text;
	size_t size;
	FILE *file = xcheck(open_memstream(&text, &size));

	if (result->outcome.kind != OUTCOME_PANIC)
		print_cpus(vm, klog->kernel_offset, file);
	if (trace.from < trace.to)
		print_trace(klog, trace, file);
	else
		print_last(vm, klog, file);
	return xcheck(fclose(file) ? NULL : text);
}
