// SPDX-License-Identifier: MIT
#include "vmm/run/vm.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "vmm/run/kvm.h"

#define STOP_MS 2000
#define LOOK_MS 200
#define KICK SIGUSR1 /* gets a vCPU out of KVM_RUN */

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

int vm_check_host(const struct machine *m, struct error *err)
{
	struct vm vm = { .machine = m, .kvm = kvm_open(err) };
	int ret;

	if (vm.kvm < 0)
		return 0;
	ret = vm_check_limits(&vm, err) || arch_check(&vm, err) ? -1 : 0;
	close(vm.kvm);
	return ret;
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
	vm->fd = kvm_ioctl(vm->kvm, KVM_CREATE_VM, arch_vm_type(vm->machine), err);
	if (vm->fd < 0)
		return -1;
	for (unsigned int i = 0; i < vm->machine->layout.nr_ranges; i++)
		if (set_slot(vm, &vm->machine->layout.ranges[i], err))
			return -1;
	if (arch_vm_init(vm, err))
		return -1;
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
		if (vcpu_create(&vm->vcpus[i], vm, i, err))
			return -1;
	coalesced_open(vm);
	return arch_vm_init_late(vm, err);
}

/* That it comes is all. */
static void on_kick(int number)
{
	(void)number;
}

/* Even where our parent had it blocked. For the threads, which inherit it. */
static void catch_kick(void)
{
	struct sigaction action = { .sa_handler = on_kick };
	sigset_t set;

	sigaction(KICK, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, KICK);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* One above the vCPUs, which could keep the time limit and signals waiting for ever. */
static int set_priority(const struct vm *vm, struct error *err)
{
	struct sched_param param = { .sched_priority = vm->realtime + 1 };

	if (!vm->realtime || !sched_setscheduler(0, SCHED_FIFO, &param))
		return 0;
	return error_errno(err,
			   "realtime = %d: sched_setscheduler(SCHED_FIFO), which needs "
			   "CAP_SYS_NICE or ulimit -r %d",
			   vm->realtime, param.sched_priority);
}

int vm_start(struct vm *vm, struct error *err)
{
	if (set_priority(vm, err))
		return -1;
	catch_kick();
	confine_process(&vm->confine, vm->machine->topology.nr_cpus);
	pthread_barrier_init(&vm->all_ready, NULL, vm->machine->topology.nr_cpus);
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
		if (vcpu_start(&vm->vcpus[i], err))
			return -1;
	return confine_main(&vm->confine, err);
}

/* Kicks who has not parked, or of them who is asked. Returns whether there was none left. */
static bool kick_vcpus(const struct vm *vm, bool asked)
{
	bool done = true;

	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++) {
		const struct vcpu *vcpu = &vm->vcpus[i];

		if (atomic_load(&vcpu->parked) || (asked && !atomic_load(&vcpu->asked)))
			continue;
		done = false;
		vcpu->run->immediate_exit = 1; /* should it be about to enter KVM_RUN */
		pthread_kill(vcpu->thread, KICK);
	}
	return done;
}

void vm_look(struct vm *vm)
{
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
		atomic_store(&vm->vcpus[i].asked, true);
	for (int ms = 0; ms < LOOK_MS && !kick_vcpus(vm, true); ms++)
		usleep(1000);
}

void vm_stop(struct vm *vm)
{
	for (int ms = 0; ms < STOP_MS && !kick_vcpus(vm, false); ms++)
		usleep(1000);
}
