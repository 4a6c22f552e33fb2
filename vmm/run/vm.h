/* SPDX-License-Identifier: MIT */
/*
 * The virtual machine: RAM, KVM's objects, the buses and devices, and how it ended. run.c makes
 * one, fills it in and owns it; vCPU threads and devices get it by pointer.
 *
 * Locks nest in three places: a serial port's around the interrupt controller's (arch_irq()), the
 * console's around the ending's, and coalesced writes' around the channel's (channel.h). Only the
 * console's is held while something may block, stdout.
 */
#ifndef VMM_RUN_VM_H
#define VMM_RUN_VM_H

#include <pthread.h>
#include <stdatomic.h>

#include "arch_types.h"
#include "mem/machine.h"
#include "mem/ram.h"
#include "vmm/devices/bus.h"
#include "vmm/devices/console.h"
#include "vmm/devices/fast.h"
#include "vmm/devices/serial.h"
#include "vmm/run/coalesced.h"
#include "vmm/run/confine.h"
#include "vmm/run/ending.h"
#include "vmm/run/symbols.h"

struct vm;

struct vcpu {
	struct vm *vm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	unsigned int refusals; /* of KVM_RUN, with EAGAIN, since it last ran */
	atomic_bool asked; /* by vm_look(), and has not answered yet */
	char *registers; /* as it was when it was asked, in lines; or NULL */
	uint64_t pc; /* the same */
	atomic_bool parked; /* out of KVM_RUN for good */
};

/* Creates KVM's vCPU and maps its run structure. For vm.c, as is vcpu_start(). Returns 0, or -1. */
int vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned int index, struct error *err);

/* Starts the thread with its KVM_RUN loop, one for every architecture. Returns 0, or -1. */
int vcpu_start(struct vcpu *vcpu, struct error *err);

/* Ends the machine for what its guest did on @vcpu: a format and values, as for ending_set(). */
#define vcpu_crashed(vcpu, fmt, ...)                                                      \
	ending_set(&(vcpu)->vm->ending, OUTCOME_CRASH, "the guest crashed: CPU %u: " fmt, \
		   (vcpu)->index, ##__VA_ARGS__)

struct vm {
	const struct machine *machine;
	int realtime; /* SCHED_FIFO priority of the vCPU threads; 0: none */
	struct fit fit;
	struct ram ram;
	int kvm; /* /dev/kvm */
	int fd; /* the VM */
	struct bus ports;
	struct bus mmio;
	struct serial serials[MACHINE_MAX_DEVICES]; /* MACHINE_CONSOLE and those that are on */
	struct console console;
	struct fast fast; /* where there is a command */
	struct coalesced coalesced;
	struct vcpu *vcpus; /* machine->topology.nr_cpus */
	struct confine confine;
	pthread_barrier_t all_ready; /* no CPU runs before all are as they start */
	struct ending ending;
	struct session *session; /* NULL: no command runs in the guest */
	struct symbols symbols; /* of the guest's kernel */
	struct arch_vm arch;
};

/* KVM, open as vm->kvm, takes as many CPUs and memory slots. Returns 0, or -1 naming the limit. */
int vm_check_limits(const struct vm *vm, struct error *err);

/*
 * Asks the same and arch_check() for @m before there is a VM, for plan. Returns 0, also where KVM
 * cannot be asked, or -1 naming what run would refuse.
 */
int vm_check_host(const struct machine *m, struct error *err);

/*
 * Makes KVM's VM with one memory slot per range, then the arch's interrupt controller, then the
 * vCPUs, in this order: slots set after an irqchip or a vCPU wait longer. RAM is there already.
 * Returns 0, or -1 naming the ioctl.
 */
int vm_create(struct vm *vm, struct error *err);

/*
 * Starts one thread per vCPU, which are confined before one runs. With vm->realtime the caller's
 * thread becomes SCHED_FIFO too, above them. Returns 0, or -1.
 */
int vm_start(struct vm *vm, struct error *err);

/*
 * Has every vCPU note its registers, if it has not yet, and go on; an NMI comes first of what it
 * then does, where KVM has them, if it is neither idle nor yet to be started. Waits for them at
 * most 200 ms.
 */
void vm_look(struct vm *vm);

/*
 * Gets every vCPU out of KVM_RUN. Waits for them at most 2 s: one that the host does not let go is
 * left where it is.
 */
void vm_stop(struct vm *vm);

#endif
