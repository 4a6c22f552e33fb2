// SPDX-License-Identifier: MIT
#include "arch/arch.h"
#include "vmm/run/vm.h"

void arch_irq(struct vm *vm, unsigned int line, bool level)
{
	ioapic_set(&vm->arch.ioapic, line, level);
}
