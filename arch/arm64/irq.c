// SPDX-License-Identifier: MIT
#include "arch/arch.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

/* Documentation/virt/kvm/api.rst, KVM_IRQ_LINE. */
void arch_irq(struct vm *vm, unsigned int line, bool level)
{
	struct kvm_irq_level irq = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | line,
		.level = level,
	};

	ioctl(vm->fd, KVM_IRQ_LINE, &irq);
}
