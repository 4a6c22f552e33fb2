// SPDX-License-Identifier: MIT
/* One vCPU on arm64: its features, the registers it starts with, its exits and its dump. */
#include <inttypes.h>
#include <stddef.h>

#include "arch/arch.h"
#include "arch/arm64/machine.h"
#include "arch/arm64/mpidr.h"
#include "arch/arm64/platform.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

/* Documentation/virt/kvm/api.rst, KVM_SET_ONE_REG: arm64 core and system registers. */
#define CORE(field)                                            \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
	 offsetof(struct kvm_regs, field) / sizeof(uint32_t))
#define X0 CORE(regs.regs[0])
#define PC CORE(regs.pc)

/* All vCPUs but the first are off, before that one runs and turns them on. */
static int init_features(struct vcpu *vcpu, struct error *err)
{
	struct kvm_vcpu_init init = vcpu->vm->arch.target;

	init.features[0] |= 1U << KVM_ARM_VCPU_PSCI_0_2;
	if (vcpu->vm->machine->host->pmu)
		init.features[0] |= 1U << KVM_ARM_VCPU_PMU_V3;
	if (vcpu->index)
		init.features[0] |= 1U << KVM_ARM_VCPU_POWER_OFF;
	return kvm_ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init, err);
}

static int get_register(const struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

static int set_register(const struct vcpu *vcpu, uint64_t id, uint64_t value, struct error *err)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return kvm_ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg, err);
}

/* Documentation/virt/kvm/devices/vcpu.rst, KVM_ARM_VCPU_PMU_V3_CTRL. */
static int init_pmu(const struct vcpu *vcpu, struct error *err)
{
	int irq = ARM64_PMU_IRQ;

	if (!vcpu->vm->machine->host->pmu)
		return 0;
	if (arm64_set_attribute(vcpu->fd, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, &irq,
				"KVM_ARM_VCPU_PMU_V3_IRQ", err))
		return -1;
	return arm64_set_attribute(vcpu->fd, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT,
				   NULL, "KVM_ARM_VCPU_PMU_V3_INIT", err);
}

/* The device tree names the CPUs by it. */
static int check_mpidr(const struct vcpu *vcpu, struct error *err)
{
	uint64_t value = 0;

	if (get_register(vcpu, ARM64_SYS_REG(3, 0, 0, 0, 5), &value))
		return error_errno(err, "KVM_GET_ONE_REG MPIDR_EL1");
	if ((value & MPIDR_AFFINITY) != mpidr(vcpu->index))
		return error_set(err, "KVM gives MPIDR 0x%" PRIx64 ", but 0x%x was expected", value,
				 mpidr(vcpu->index));
	return 0;
}

#define CLIDR_TYPES 0x1fffffULL /* Ctype1 to Ctype7, three bits each; Arm ARM D17.2.27 */
#define CLIDR_DECLARED (3ULL | 4ULL << 3 | 4ULL << 6) /* separate, unified, unified */

/*
 * The caches as the device tree has them, whatever the host's are. KVM lets us since Linux 6.3;
 * before it the guest has the host's register, and Linux adds the levels that only the tree has.
 */
static void set_cache_levels(const struct vcpu *vcpu)
{
	uint64_t clidr = 0;
	struct kvm_one_reg reg = { .id = ARM64_SYS_REG(3, 1, 0, 0, 1), .addr = (uintptr_t)&clidr };

	if (ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg))
		return;
	clidr = (clidr & ~CLIDR_TYPES) | CLIDR_DECLARED;
	ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg);
}

/* booting.rst: the first CPU has the device tree's address in x0; PSCI starts the others. */
int arch_vcpu_init(struct vcpu *vcpu, struct error *err)
{
	if (init_features(vcpu, err) < 0 || check_mpidr(vcpu, err) || init_pmu(vcpu, err))
		return -1;
	set_cache_levels(vcpu);
	if (vcpu->index)
		return 0;
	if (set_register(vcpu, X0, vcpu->vm->arch.params, err) < 0)
		return -1;
	return set_register(vcpu, PC, vcpu->vm->arch.entry, err);
}

bool arch_vcpu_exit(struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;

	if (run->exit_reason != KVM_EXIT_ARM_NISV)
		return false;
	vcpu_crashed(vcpu, "an instruction that KVM cannot emulate, at address 0x%llx",
		     run->arm_nisv.fault_ipa);
	return true;
}

#define LINE "numavm: "

static void dump_general(const struct vcpu *vcpu, FILE *file)
{
	for (unsigned int i = 0; i <= 30; i++) {
		uint64_t value = 0;

		get_register(vcpu, X0 + 2 * i, &value);
		fprintf(file, "%sx%-2u %016" PRIx64, i % 4 ? " " : LINE "  ", i, value);
		if (i % 4 == 3 || i == 30)
			fputc('\n', file);
	}
}

static void dump_system(const struct vcpu *vcpu, FILE *file)
{
	static const struct {
		const char *name;
		uint64_t id;
	} registers[] = {
		{ "sp_el1", CORE(sp_el1) },
		{ "elr_el1", CORE(elr_el1) },
		{ "esr_el1", ARM64_SYS_REG(3, 0, 5, 2, 0) },
		{ "far_el1", ARM64_SYS_REG(3, 0, 6, 0, 0) },
		{ "sctlr_el1", ARM64_SYS_REG(3, 0, 1, 0, 0) },
		{ "ttbr1_el1", ARM64_SYS_REG(3, 0, 2, 0, 1) },
		{ "vbar_el1", ARM64_SYS_REG(3, 0, 12, 0, 0) },
		{ "mpidr_el1", ARM64_SYS_REG(3, 0, 0, 0, 5) },
	};

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		uint64_t value = 0;

		get_register(vcpu, registers[i].id, &value);
		fprintf(file, "%s%-9s %016" PRIx64 "%s", i % 2 ? "  " : LINE "  ",
			registers[i].name, value, i % 2 ? "\n" : "");
	}
}

void arch_vcpu_dump(struct vcpu *vcpu, FILE *file)
{
	uint64_t pc, sp, pstate;

	if (get_register(vcpu, PC, &pc) || get_register(vcpu, CORE(regs.sp), &sp) ||
	    get_register(vcpu, CORE(regs.pstate), &pstate)) {
		fprintf(file, LINE "  its registers cannot be read\n");
		return;
	}
	fprintf(file, LINE "  pc  %016" PRIx64 " sp_el0 %016" PRIx64 " pstate %08" PRIx64 "\n", pc,
		sp, pstate);
	dump_general(vcpu, file);
	dump_system(vcpu, file);
}

/* KVM has no NMI here, and the kernel would take none of the GIC's while it has interrupts off. */
void arch_vcpu_nmi(struct vcpu *vcpu)
{
	(void)vcpu;
}

uint64_t arch_vcpu_pc(struct vcpu *vcpu)
{
	uint64_t pc;

	return get_register(vcpu, PC, &pc) ? 0 : pc;
}
