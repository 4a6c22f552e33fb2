// SPDX-License-Identifier: MIT
#include "vmm/run/vm.h"

#include <unistd.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vcpu.h"

#define STOP_MS 2000

int vm_check_limits(const struct vm *vm, struct error *err)
{
	int cpus = ioctl(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	int slots = ioctl(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);

	if (vm->machine->topology.nr_cpus > (unsigned int)cpus)
		return error_set(err, "%u CPUs are more than the %d of this host's KVM: use fewer",
				 vm->machine->topology.nr_cpus, cpus);
	if (vm->machine->layout.nr_ranges > (unsigned int)slots)
		return error_set(err,
				 "%u memory ranges are more than the %d slots of this host's KVM: "
				 "use fewer nodes",
				 vm->machine->layout.nr_ranges, slots);
	return 0;
}

static int set_slot(struct vm *vm, const struct layout_range *range, struct error *err)
{
	struct kvm_userspace_memory_region region = {
		.slot = range->slot,
		.guest_phys_addr = range->gpa,
		.memory_size = range->size,
		.userspace_addr = (uintptr_t)ram_range_hva(&vm->ram, range),
	};

	if (kvm_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region, err) < 0)
		return error_prefix(err, "node %u: memory slot %u: ", range->node, range->slot);
	return 0;
}

int vm_create(struct vm *vm, struct error *err)
{
	unsigned int nr_cpus = vm->machine->topology.nr_cpus;

	vm->fd = kvm_ioctl(vm->kvm, KVM_CREATE_VM, arch_vm_type(vm->machine), err);
	if (vm->fd < 0)
		return -1;
	for (unsigned int i = 0; i < vm->machine->layout.nr_ranges; i++)
		if (set_slot(vm, &vm->machine->layout.ranges[i], err))
			return -1;
	if (arch_vm_init(vm, err))
		return -1;
	for (unsigned int i = 0; i < nr_cpus; i++)
		if (vcpu_create(&vm->vcpus[i], vm, i, err))
			return -1;
	return arch_vm_init_late(vm, err);
}

int vm_start(struct vm *vm, struct error *err)
{
	vcpu_catch_kicks();
	pthread_barrier_init(&vm->all_ready, NULL, vm->machine->topology.nr_cpus);
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
		if (vcpu_start(&vm->vcpus[i], err))
			return -1;
	return 0;
}

static bool all_parked(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
		if (!atomic_load(&vm->vcpus[i].parked))
			return false;
	return true;
}

void vm_stop(struct vm *vm)
{
	for (int ms = 0; ms < STOP_MS && !all_parked(vm); ms++) {
		for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
			if (!atomic_load(&vm->vcpus[i].parked))
				vcpu_kick(&vm->vcpus[i]);
		usleep(1000);
	}
}
