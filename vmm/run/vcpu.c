// SPDX-License-Identifier: MIT
/* A vCPU's thread and its exits. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/host.h"
#include "mem/xalloc.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

#define STACK_SIZE (256 << 10)
#define MAX_REFUSALS 1000 /* of KVM_RUN, one after another, before a lack counts as lasting */
#define START_POLL_US 10000 /* delays such a start little; 100 wakeups a second cost little */

int vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned int index, struct error *err)
{
	int size = kvm_ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0, err);

	vcpu->vm = vm;
	vcpu->index = index;
	if (size < 0)
		return -1;
	vcpu->fd = kvm_ioctl(vm->fd, KVM_CREATE_VCPU, arch_vcpu_id(vm->machine, index), err);
	if (vcpu->fd < 0)
		return error_prefix(err, "CPU %u: ", index);
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		return error_errno(err, "CPU %u: mmap of its run structure", index);
	return 0;
}

static void handle_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct bus *bus = &vcpu->vm->mmio;

	if (run->mmio.is_write)
		bus_write(bus, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
	else
		bus_read(bus, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
}

static void handle_system_event(struct vcpu *vcpu)
{
	struct ending *ending = &vcpu->vm->ending;
	uint32_t type = vcpu->run->system_event.type;

	if (type == KVM_SYSTEM_EVENT_SHUTDOWN)
		ending_set(ending, OUTCOME_POWEROFF, "%s", "");
	else if (type == KVM_SYSTEM_EVENT_RESET)
		ending_set(ending, OUTCOME_REBOOT, "%s", "");
	else
		ending_set(ending, OUTCOME_CRASH, "the guest crashed: KVM system event %u", type);
}

static void handle_internal_error(struct vcpu *vcpu)
{
	static const char *const names[] = {
		[KVM_INTERNAL_ERROR_EMULATION] = "an instruction that KVM cannot emulate",
		[KVM_INTERNAL_ERROR_SIMUL_EX] = "an exception while another was being delivered",
		[KVM_INTERNAL_ERROR_DELIVERY_EV] = "an exit while an event was being delivered",
		[KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] = "an exit unknown to KVM",
	};
	uint32_t error = vcpu->run->internal.suberror;
	const char *name = error < sizeof(names) / sizeof(names[0]) ? names[error] : NULL;

	vcpu_crashed(vcpu, "%s (KVM internal error %u)", name ? name : "a fault inside KVM", error);
}

static void handle_exit(struct vcpu *vcpu)
{
	coalesced_drain(vcpu->vm);
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_MMIO:
		handle_mmio(vcpu);
		break;
	case KVM_EXIT_INTR:
		break;
	case KVM_EXIT_SHUTDOWN:
		vcpu_crashed(vcpu, "triple fault");
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		handle_system_event(vcpu);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		vcpu_crashed(vcpu, "the processor refused its state (reason 0x%llx)",
			     vcpu->run->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		handle_internal_error(vcpu);
		break;
	default:
		if (!arch_vcpu_exit(vcpu))
			vcpu_crashed(vcpu, "unhandled KVM exit reason %u", vcpu->run->exit_reason);
	}
}

static bool is_in_state(const struct vcpu *vcpu, uint32_t wanted)
{
	struct kvm_mp_state state;

	return !ioctl(vcpu->fd, KVM_GET_MP_STATE, &state) && state.mp_state == wanted;
}

/*
 * An NMI to a CPU that was never started stays pending until its start, and KVM_RUN returns at once
 * as long as it does. INIT and SIPI lose nothing by a sleep: KVM keeps them for the next KVM_RUN.
 */
static bool awaits_start(const struct vcpu *vcpu)
{
	return is_in_state(vcpu, KVM_MP_STATE_UNINITIALIZED);
}

/* An idle CPU, which is halted, has nothing to tell, and the kernel takes one NMI at a time. */
static void answer(struct vcpu *vcpu)
{
	size_t size;
	FILE *file;

	if (!vcpu->registers) {
		file = xcheck(open_memstream(&vcpu->registers, &size));
		arch_vcpu_dump(vcpu, file);
		vcpu->pc = arch_vcpu_pc(vcpu);
		xcheck(fclose(file) ? NULL : vcpu->registers);
	}
	if (is_in_state(vcpu, KVM_MP_STATE_RUNNABLE))
		arch_vcpu_nmi(vcpu);
	atomic_store(&vcpu->asked, false);
}

#define NO_PAGE                                                                            \
	": the host does not give a page of the guest's RAM: huge pages may have run out " \
	"(populate = yes takes them before the start), or memory may have failed (see dmesg)"

/* A KVM_RUN that fails is the host's doing, and no verdict on the guest. */
static void handle_run_error(struct vcpu *vcpu)
{
	int number = errno;

	if (number == EINTR) {
		vcpu->run->immediate_exit = 0;
		return;
	}
	if (number == EAGAIN && awaits_start(vcpu)) {
		usleep(START_POLL_US);
		return;
	}
	/* EAGAIN: a CPU that waits for its start was woken, or KVM lacks something for good. */
	if (number == EAGAIN && vcpu->refusals++ < MAX_REFUSALS)
		return;
	ending_set(&vcpu->vm->ending,
		   number == ENOMEM || number == EAGAIN ? OUTCOME_CONTENTION : OUTCOME_ERROR,
		   "CPU %u: KVM_RUN: %s%s", vcpu->index, strerror(number),
		   number == EFAULT || number == EHWPOISON ? NO_PAGE : "");
}

static void run(struct vcpu *vcpu)
{
	while (!atomic_load(&vcpu->vm->ending.stopping)) {
		if (atomic_load(&vcpu->asked))
			answer(vcpu);
		if (ioctl(vcpu->fd, KVM_RUN, 0) < 0) {
			handle_run_error(vcpu);
		} else {
			vcpu->refusals = 0;
			handle_exit(vcpu);
		}
	}
}

static int refuse_affinity(const struct vcpu *vcpu, struct bitmask *cpus, struct error *err)
{
	int number = errno;
	char *list = host_list(cpus);

	errno = number;
	error_errno(err, "node %u: sched_setaffinity to host CPUs %s",
		    vcpu->vm->machine->topology.cpus[vcpu->index].node, list);
	free(list);
	return -1;
}

/* Where its node's memory is, and before others when that was asked for. */
static int take_place(const struct vcpu *vcpu, struct error *err)
{
	struct sched_param param = { .sched_priority = vcpu->vm->realtime };
	struct bitmask *cpus = vcpu->vm->fit.masks[vcpu->index];

	if (cpus && numa_sched_setaffinity(0, cpus) < 0)
		return refuse_affinity(vcpu, cpus, err);
	if (param.sched_priority && sched_setscheduler(0, SCHED_FIFO, &param))
		return error_errno(err, "realtime = %d: sched_setscheduler(SCHED_FIFO)",
				   param.sched_priority);
	return 0;
}

static void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;
	struct outcome outcome;
	struct error err;
	char name[16];

	snprintf(name, sizeof(name), "vcpu %u", vcpu->index);
	pthread_setname_np(pthread_self(), name);
	if (take_place(vcpu, &err) || arch_vcpu_init(vcpu, &err) ||
	    confine_thread(&vcpu->vm->confine, &err)) {
		error_prefix(&err, "CPU %u: ", vcpu->index);
		outcome_from_error(&outcome, &err);
		ending_offer(&vcpu->vm->ending, &outcome);
	}
	pthread_barrier_wait(&vcpu->vm->all_ready);
	run(vcpu);
	atomic_store(&vcpu->parked, true);
	return NULL;
}

int vcpu_start(struct vcpu *vcpu, struct error *err)
{
	pthread_attr_t attributes;
	int ret;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	ret = pthread_create(&vcpu->thread, &attributes, vcpu_thread, vcpu);
	pthread_attr_destroy(&attributes);
	if (!ret)
		return 0;
	errno = ret;
	return error_errno(err, "CPU %u: pthread_create", vcpu->index);
}
