// SPDX-License-Identifier: MIT
#include "arch/device.h"

#include "arch/arch.h"
#include "vmm/run/vm.h"

void device_add_all(struct vm *vm, const struct device table[MACHINE_MAX_DEVICES], struct bus *bus)
{
	for (unsigned int i = 0; i < MACHINE_MAX_DEVICES; i++) {
		struct irq_line irq = { arch_irq, vm, table[i].irq };

		if (!machine_has(vm->machine, i))
			continue;
		serial_init(&vm->serials[i], table[i].base, irq);
		bus_add(bus, &vm->serials[i].device);
	}
	if (!vm->fast.ops)
		return;
	fast_init(&vm->fast, arch_fast_port);
	bus_add(bus, &vm->fast.device);
}
