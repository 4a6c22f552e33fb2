// SPDX-License-Identifier: MIT
/* One vCPU on x86-64: CPUID, the registers it starts with, its exits and its dump. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/arch.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/platform.h"
#include "mem/xalloc.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

#define BOOT_CS 0x10
#define BOOT_DS 0x18
#define GDT_LIMIT (4 * 8 - 1)

#define CR0_PE (1UL << 0)
#define CR0_MP (1UL << 1)
#define CR0_ET (1UL << 4)
#define CR0_NE (1UL << 5)
#define CR0_PG (1UL << 31)
#define CR4_PAE (1UL << 5)
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)
#define APIC_BASE_X2APIC (1UL << 10)
#define RFLAGS_RESERVED 2

#define MSR_IA32_MISC_ENABLE 0x1a0
#define MISC_ENABLE_FAST_STRING 1
#define MSR_MTRR_DEF_TYPE 0x2ff
#define MTRR_ENABLE_WRITE_BACK 0x806 /* all memory that no MTRR says otherwise of */

static int set_cpuid(struct vcpu *vcpu, struct error *err)
{
	struct cpuid_table table = vcpu->vm->arch.supported;

	cpuid_build(vcpu->vm->machine, vcpu->index, &table);
	return kvm_ioctl(vcpu->fd, KVM_SET_CPUID2, &table, err);
}

static int set_msrs(struct vcpu *vcpu, struct error *err)
{
	static const struct kvm_msr_entry entries[] = {
		{ .index = MSR_IA32_MISC_ENABLE, .data = MISC_ENABLE_FAST_STRING },
		{ .index = MSR_MTRR_DEF_TYPE, .data = MTRR_ENABLE_WRITE_BACK },
	};
	const int nr = sizeof(entries) / sizeof(entries[0]);
	struct kvm_msrs *msrs = xcalloc(1, sizeof(*msrs) + sizeof(entries));
	int done;

	msrs->nmsrs = nr;
	memcpy(msrs->entries, entries, sizeof(entries));
	done = kvm_ioctl(vcpu->fd, KVM_SET_MSRS, msrs, err);
	free(msrs);
	if (done >= 0 && done < nr)
		error_set(err, "KVM_SET_MSRS: KVM refuses MSR 0x%x", entries[done].index);
	return done < nr ? -1 : 0;
}

/* boot.rst, "64-bit BOOT PROTOCOL": flat segments, paging on, __BOOT_CS and __BOOT_DS. */
static void enter_long_mode(struct kvm_sregs *sregs)
{
	const struct kvm_segment flat = { .limit = 0xffffffff, .present = 1, .s = 1, .g = 1 };

	sregs->ds = flat;
	sregs->ds.selector = BOOT_DS;
	sregs->ds.type = 3;
	sregs->ds.db = 1;
	sregs->es = sregs->fs = sregs->gs = sregs->ss = sregs->ds;
	sregs->cs = flat;
	sregs->cs.selector = BOOT_CS;
	sregs->cs.type = 11;
	sregs->cs.l = 1;
	sregs->gdt.base = X86_GDT;
	sregs->gdt.limit = GDT_LIMIT;
	sregs->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_PG;
	sregs->cr3 = X86_PAGE_TABLES;
	sregs->cr4 = CR4_PAE;
	sregs->efer = EFER_LME | EFER_LMA;
}

/*
 * The first CPU starts at the kernel's entry; the others wait for its INIT and SIPI. With an APIC
 * id that only x2APIC can say, all are in that mode already, as firmware would leave them: Linux
 * takes such ids from the SRAT only then.
 */
static int set_sregs(struct vcpu *vcpu, struct error *err)
{
	bool x2apic = apic_id_max(vcpu->vm->machine) >= APIC_ID_X2APIC;
	struct kvm_sregs sregs;

	if (vcpu->index && !x2apic)
		return 0;
	if (kvm_ioctl(vcpu->fd, KVM_GET_SREGS, &sregs, err) < 0)
		return -1;
	if (x2apic)
		sregs.apic_base |= APIC_BASE_X2APIC;
	if (!vcpu->index)
		enter_long_mode(&sregs);
	return kvm_ioctl(vcpu->fd, KVM_SET_SREGS, &sregs, err);
}

static int set_regs(struct vcpu *vcpu, struct error *err)
{
	struct kvm_regs regs = {
		.rip = vcpu->vm->arch.entry,
		.rsi = vcpu->vm->arch.params,
		.rflags = RFLAGS_RESERVED,
	};

	if (vcpu->index)
		return 0;
	return kvm_ioctl(vcpu->fd, KVM_SET_REGS, &regs, err);
}

int arch_vcpu_init(struct vcpu *vcpu, struct error *err)
{
	if (set_cpuid(vcpu, err) || set_msrs(vcpu, err) || set_sregs(vcpu, err))
		return -1;
	return set_regs(vcpu, err);
}

/* A string instruction comes as several accesses at once. */
static void handle_io(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct bus *ports = &vcpu->vm->ports;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;

	for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size) {
		if (run->io.direction == KVM_EXIT_IO_OUT)
			bus_write(ports, run->io.port, data, run->io.size);
		else
			bus_read(ports, run->io.port, data, run->io.size);
	}
}

/* 1000 bus locks a second are the most that Linux grants programs (split_lock_detect=ratelimit). */
#define BUS_LOCK_US 1000

bool arch_vcpu_exit(struct vcpu *vcpu)
{
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_IO:
		handle_io(vcpu);
		return true;
	case KVM_EXIT_IOAPIC_EOI:
		ioapic_end(&vcpu->vm->arch.ioapic, vcpu->run->eoi.vector);
		return true;
	case KVM_EXIT_X86_BUS_LOCK:
		usleep(BUS_LOCK_US);
		return true;
	case KVM_EXIT_NOTIFY:
		if (vcpu->run->notify.flags & KVM_NOTIFY_CONTEXT_INVALID)
			vcpu_crashed(vcpu, "an instruction without end, after which its state is "
					   "not valid (KVM notify exit)");
		return true;
	default:
		return false;
	}
}

#define LINE "numavm: "

static void dump_regs(const struct kvm_regs *r, FILE *file)
{
	fprintf(file, LINE "  rip %016llx rsp %016llx rflags %08llx\n", r->rip, r->rsp, r->rflags);
	fprintf(file, LINE "  rax %016llx rbx %016llx rcx %016llx rdx %016llx\n", r->rax, r->rbx,
		r->rcx, r->rdx);
	fprintf(file, LINE "  rsi %016llx rdi %016llx rbp %016llx r8  %016llx\n", r->rsi, r->rdi,
		r->rbp, r->r8);
	fprintf(file, LINE "  r9  %016llx r10 %016llx r11 %016llx r12 %016llx\n", r->r9, r->r10,
		r->r11, r->r12);
	fprintf(file, LINE "  r13 %016llx r14 %016llx r15 %016llx\n", r->r13, r->r14, r->r15);
}

void arch_vcpu_dump(struct vcpu *vcpu, FILE *file)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) || ioctl(vcpu->fd, KVM_GET_SREGS, &sregs)) {
		fprintf(file, LINE "  its registers cannot be read\n");
		return;
	}
	dump_regs(&regs, file);
	fprintf(file, LINE "  cr0 %08llx cr2 %016llx cr3 %016llx cr4 %08llx efer %llx\n", sregs.cr0,
		sregs.cr2, sregs.cr3, sregs.cr4, sregs.efer);
	fprintf(file, LINE "  cs %04x ds %04x ss %04x gs base %016llx\n", sregs.cs.selector,
		sregs.ds.selector, sregs.ss.selector, sregs.gs.base);
}

/* A kernel that finds IOCHK set prints where it is and goes on (arch/x86/kernel/nmi.c). */
void arch_vcpu_nmi(struct vcpu *vcpu)
{
	atomic_store(&vcpu->vm->arch.io_check.set, true);
	ioctl(vcpu->fd, KVM_NMI, 0);
}

uint64_t arch_vcpu_pc(struct vcpu *vcpu)
{
	struct kvm_regs regs;

	return ioctl(vcpu->fd, KVM_GET_REGS, &regs) ? 0 : regs.rip;
}
