/* SPDX-License-Identifier: MIT */
/*
 * The contract between the program and an architecture. One of arch/x86/ and arch/arm64/ is linked
 * and has all of these under these names. struct arch_host and struct arch_vm are the
 * architecture's own, from its arch_types.h.
 *
 * The first group needs no VM and serves plan and tables as well; all but arch_host_probe() and
 * arch_tables_write() are pure. The second is load.c's, for a run. Then, in the order of their
 * calls: arch_check(), arch_vm_init() when the memory slots are set and before the vCPUs,
 * arch_vm_init_late() after them, arch_vcpu_init() in each vCPU's thread, arch_vcpu_exit() for each
 * exit that the run loop does not know, arch_vcpu_dump() when a run is cut off.
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <stdio.h>

#include "arch/load.h"
#include "arch_types.h"

struct ram;
struct vcpu;
struct vm;
struct vmcoreinfo;

/* As in uname -m. */
extern const char arch_name[];

/* What goes onto a kernel's command line when the user does not say: its console, panic=-1. */
extern const char arch_cmdline[];

/*
 * Where the channel's fast port is, which no table declares: an I/O port, or the address of a page.
 */
extern const uint64_t arch_fast_port;

/* Linux before 6.7 ignores a node with less memory than this, or crashes on it; 0: it takes any. */
extern const uint64_t arch_node_min_size;

/* Reads the facts about this host. */
void arch_host_probe(struct arch_host *host);

/* Where RAM may be on this host. */
void arch_layout_space(const struct arch_host *host, struct layout_space *space);

/*
 * Says a sentence, for a warning, for each thing of @m that a guest on this host will not see as
 * declared.
 */
void arch_cannot_show(const struct machine *m, void (*say)(void *opaque, const char *sentence),
		      void *opaque);

/* The number that the guest knows CPU @cpu by: APIC id, MPIDR. */
uint32_t arch_cpu_id(const struct machine *m, unsigned int cpu);

/* The number that KVM_CREATE_VCPU takes for CPU @cpu. */
unsigned int arch_vcpu_id(const struct machine *m, unsigned int cpu);

/* The type that KVM_CREATE_VM takes for a machine with the RAM of @m. */
unsigned long arch_vm_type(const struct machine *m);

/*
 * Makes @map, m->map: the firmware's memory map. The tables that it leaves room for can describe @m
 * to a guest, all of it. Returns 0, or -1: the input's mistake.
 */
int arch_memory_map(const struct machine *m, struct memory_map *map, struct error *err);

/* The size of the blocks in which a Linux guest adds and removes memory, each of one node. */
uint64_t arch_memory_block(const struct machine *m);

/* Writes what the guest's firmware tables are made of to files in @folder. Returns 0, or -1. */
int arch_tables_write(const struct machine *m, const char *folder, struct error *err);

/*
 * What boot->kernel is: its segments, limits and header, or the stream to unpack for them, and then
 * the limits and the header alone. Returns 0, or -1 with what is wrong and what is to be given.
 */
int arch_kernel_read(const struct boot *boot, struct kernel *kernel, struct kernel_stream *stream,
		     struct error *err);

/* The segments of the kernel in @file, which arch_kernel_read()'s stream unpacks to. The same. */
int arch_kernel_read_unpacked(const struct file *file, struct kernel *kernel, struct error *err);

/* Where in @load's map, clear of its kernel, the initrd goes. Returns 0, or -1 with the cure. */
int arch_initrd_place(const struct load *load, uint64_t *gpa, struct error *err);

/* The tables and all else that @load's kernel is handed. Returns 0, or -1 with the cure. */
int arch_boot_data(const struct load *load, struct boot_data *data, struct error *err);

/*
 * Where in @ram the guest's kernel has its virtual address @va, by the page tables that @info leads
 * to. Returns false when it is not mapped, or @info says too little.
 */
bool arch_kernel_gpa(const struct vmcoreinfo *info, const struct ram *ram, uint64_t va,
		     uint64_t *gpa);

/* KVM, open as vm->kvm, has what the machine needs. Returns 0, or -1 naming what is missing. */
int arch_check(struct vm *vm, struct error *err);

/* The VM's own part, its interrupt controller and its devices. Returns 0, or -1. */
int arch_vm_init(struct vm *vm, struct error *err);

/* What must come after the vCPUs are created. Returns 0, or -1. */
int arch_vm_init_late(struct vm *vm, struct error *err);

/* CPUID or features and the registers to start with. Returns 0, or -1. */
int arch_vcpu_init(struct vcpu *vcpu, struct error *err);

/* Handles the exit in vcpu->run. Returns false when it is none that the machine knows. */
bool arch_vcpu_exit(struct vcpu *vcpu);

/*
 * Sets the level of line @line of the interrupt controller, as the device table has it: an IOAPIC's
 * pin, a GIC's interrupt. From any thread, in arch/<arch>/irq.c. Its system calls: ioctl with
 * KVM_SIGNAL_MSI and KVM_SET_GSI_ROUTING (x86-64), KVM_IRQ_LINE (arm64).
 */
void arch_irq(struct vm *vm, unsigned int line, bool level);

/*
 * Interrupts the kernel on @vcpu, which is its thread's and not in KVM_RUN, so that it logs where
 * it is: x86-64. Its system call: ioctl with KVM_NMI.
 */
void arch_vcpu_nmi(struct vcpu *vcpu);

/* The address that a vCPU is at which does not run, or 0. */
uint64_t arch_vcpu_pc(struct vcpu *vcpu);

/* Prints the registers of a vCPU that does not run, each line after "numavm: ". */
void arch_vcpu_dump(struct vcpu *vcpu, FILE *file);

#endif
