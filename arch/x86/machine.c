// SPDX-License-Identifier: MIT
/* The VM's x86 part: what KVM must have, the split irqchip, and the devices on their buses. */
#include <stddef.h>
#include <stdlib.h>

#include "arch/arch.h"
#include "arch/x86/apic_id.h"
#include "arch/x86/platform.h"
#include "mem/xalloc.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

static int check_ids(struct vm *vm, struct error *err)
{
	int ids = ioctl(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	uint32_t id = apic_id_max(vm->machine);

	if (id >= (unsigned int)ids)
		return error_set(
			err,
			"APIC ids go up to %u, but this host's KVM has %d: use fewer CPUs, "
			"or numbers of cores and threads nearer to powers of two",
			id, ids);
	return 0;
}

int arch_check(struct vm *vm, struct error *err)
{
	if (kvm_need(vm->kvm, KVM_CAP_USER_MEMORY, err) ||
	    kvm_need(vm->kvm, KVM_CAP_IMMEDIATE_EXIT, err) ||
	    kvm_need(vm->kvm, KVM_CAP_SPLIT_IRQCHIP, err) ||
	    kvm_need(vm->kvm, KVM_CAP_SIGNAL_MSI, err) ||
	    kvm_need(vm->kvm, KVM_CAP_TSC_DEADLINE_TIMER, err) ||
	    kvm_need(vm->kvm, KVM_CAP_X2APIC_API, err))
		return -1;
	return check_ids(vm, err);
}

static int enable(struct vm *vm, uint32_t capability, uint64_t argument, struct error *err)
{
	struct kvm_enable_cap cap = { .cap = capability, .args = { argument } };

	return kvm_ioctl(vm->fd, KVM_ENABLE_CAP, &cap, err);
}

/* Where KVM on older Intel processors keeps pages of its own; others ignore it. */
static int set_own_pages(struct vm *vm, struct error *err)
{
	uint64_t identity_map = X86_KVM_IDENTITY_MAP;

	if (kvm_ioctl(vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map, err) < 0 ||
	    kvm_ioctl(vm->fd, KVM_SET_TSS_ADDR, X86_KVM_TSS, err) < 0)
		return -1;
	return 0;
}

/* APIC ids of 32 bits, also in messages; the pins of the IOAPIC are ours. */
static int create_irqchip(struct vm *vm, struct error *err)
{
	const uint64_t ids = KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK;

	if (enable(vm, KVM_CAP_X2APIC_API, ids, err) < 0)
		return error_prefix(err, "KVM_CAP_X2APIC_API: ");
	if (enable(vm, KVM_CAP_SPLIT_IRQCHIP, X86_IOAPIC_PINS, err) < 0)
		return error_prefix(err, "KVM_CAP_SPLIT_IRQCHIP: ");
	return 0;
}

/* Not every processor can do it. */
static int enable_if_there(struct vm *vm, uint32_t capability, uint64_t argument, struct error *err)
{
	if (ioctl(vm->fd, KVM_CHECK_EXTENSION, capability) <= 0)
		return 0;
	return enable(vm, capability, argument, err);
}

/*
 * A guest can keep its processor from all interrupts (CVE-2015-5307), or lock the memory bus over
 * and over: an exit ends that. KVM reports a notify exit only when the guest's state is lost with
 * it. A notify window of 0 is safe, for the processor adds one of its own.
 */
static int free_processor(struct vm *vm, struct error *err)
{
	if (enable_if_there(vm, KVM_CAP_X86_NOTIFY_VMEXIT, KVM_X86_NOTIFY_VMEXIT_ENABLED, err) < 0)
		return error_prefix(err, "KVM_CAP_X86_NOTIFY_VMEXIT: ");
	if (enable_if_there(vm, KVM_CAP_X86_BUS_LOCK_EXIT, KVM_BUS_LOCK_DETECTION_EXIT, err) < 0)
		return error_prefix(err, "KVM_CAP_X86_BUS_LOCK_EXIT: ");
	return 0;
}

_Static_assert(sizeof(struct cpuid_leaf) == sizeof(struct kvm_cpuid_entry2) &&
		       offsetof(struct cpuid_leaf, edx) == offsetof(struct kvm_cpuid_entry2, edx) &&
		       offsetof(struct cpuid_table, leaves) == sizeof(struct kvm_cpuid2),
	       "Documentation/virt/kvm/api.rst, KVM_GET_SUPPORTED_CPUID");

/* The layout was made from the processor's own width; KVM may offer its guests less. */
static int check_width(struct vm *vm, struct error *err)
{
	const struct cpuid_leaf *leaf = cpuid_find(&vm->arch.supported, 0x80000008, 0);
	unsigned int bits = leaf ? leaf->eax & 0xff : 36;
	uint64_t last = layout_end(&vm->machine->layout) - 1;

	if (bits < 64 && last >> bits)
		return error_set(
			err,
			"RAM would reach up to 0x%llx, but this host's KVM gives its guests "
			"%u physical address bits: use less memory",
			(unsigned long long)last, bits);
	return 0;
}

/* A message that no CPU takes is lost, as on a real bus. */
static void deliver(void *opaque, const struct ioapic_message *message)
{
	struct vm *vm = opaque;
	struct kvm_msi msi = {
		.address_lo = message->address_lo,
		.address_hi = message->address_hi,
		.data = message->data,
	};

	ioctl(vm->fd, KVM_SIGNAL_MSI, &msi);
}

/*
 * KVM tells of an EOI (KVM_EXIT_IOAPIC_EOI) when a route of one of the IOAPIC's pins has its vector
 * and is level-triggered; Documentation/virt/kvm/api.rst, KVM_CAP_SPLIT_IRQCHIP.
 */
static void watch(void *opaque, const struct ioapic_message messages[X86_IOAPIC_PINS],
		  const bool watched[X86_IOAPIC_PINS])
{
	struct vm *vm = opaque;
	struct kvm_irq_routing *routing =
		xcalloc(1, sizeof(*routing) + X86_IOAPIC_PINS * sizeof(routing->entries[0]));

	for (uint32_t pin = 0; pin < X86_IOAPIC_PINS; pin++) {
		if (!watched[pin])
			continue;
		routing->entries[routing->nr++] = (struct kvm_irq_routing_entry){
			.gsi = pin,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = { .address_lo = messages[pin].address_lo,
				   .address_hi = messages[pin].address_hi,
				   .data = messages[pin].data },
		};
	}
	ioctl(vm->fd, KVM_SET_GSI_ROUTING, routing);
	free(routing);
}

static void end(void *ending, bool reset)
{
	ending_set(ending, reset ? OUTCOME_REBOOT : OUTCOME_POWEROFF, "%s", "");
}

static void add_devices(struct vm *vm)
{
	static const struct ioapic_ops ioapic_ops = { deliver, watch };

	ioapic_init(&vm->arch.ioapic, &ioapic_ops, vm);
	bus_add(&vm->mmio, &vm->arch.ioapic.device);
	device_add_all(vm, x86_devices, &vm->ports);
	vm->arch.power = (struct power){ .end = end, .opaque = &vm->ending };
	power_init(&vm->arch.power, &vm->ports);
	io_check_init(&vm->arch.io_check, &vm->ports);
}

/* CPU 0 boots; KVM takes its vCPU to have id 0. */
static int set_boot_cpu(struct vm *vm, struct error *err)
{
	uint32_t id = apic_id(vm->machine, 0);

	return id ? kvm_ioctl(vm->fd, KVM_SET_BOOT_CPU_ID, id, err) : 0;
}

int arch_vm_init(struct vm *vm, struct error *err)
{
	vm->arch.supported.nr = CPUID_MAX_LEAVES;
	if (kvm_ioctl(vm->kvm, KVM_GET_SUPPORTED_CPUID, &vm->arch.supported, err) ||
	    check_width(vm, err) || set_own_pages(vm, err) || create_irqchip(vm, err) ||
	    set_boot_cpu(vm, err) || free_processor(vm, err))
		return -1;
	add_devices(vm);
	return 0;
}

int arch_vm_init_late(struct vm *vm, struct error *err)
{
	(void)vm;
	(void)err;
	return 0;
}
