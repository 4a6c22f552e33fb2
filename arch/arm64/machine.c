// SPDX-License-Identifier: MIT
/* The VM's arm64 part: what KVM must have, the GICv3, and the serial port on its bus. */
#include <unistd.h>

#include "arch/arch.h"
#include "arch/arm64/gic.h"
#include "arch/arm64/machine.h"
#include "arch/arm64/platform.h"
#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

int arch_check(struct vm *vm, struct error *err)
{
	if (kvm_need(vm->kvm, KVM_CAP_USER_MEMORY, err) ||
	    kvm_need(vm->kvm, KVM_CAP_IMMEDIATE_EXIT, err) ||
	    kvm_need(vm->kvm, KVM_CAP_ONE_REG, err) ||
	    kvm_need(vm->kvm, KVM_CAP_DEVICE_CTRL, err) ||
	    kvm_need(vm->kvm, KVM_CAP_ARM_PSCI_0_2, err))
		return -1;
	return 0;
}

static int test_device(struct vm *vm, uint32_t type)
{
	struct kvm_create_device device = { .type = type, .flags = KVM_CREATE_DEVICE_TEST };

	return ioctl(vm->fd, KVM_CREATE_DEVICE, &device);
}

static int check_gic(struct vm *vm, struct error *err)
{
	if (!test_device(vm, KVM_DEV_TYPE_ARM_VGIC_V3))
		return 0;
	if (!test_device(vm, KVM_DEV_TYPE_ARM_VGIC_V2))
		return error_set(err, "this host has a GICv2 only, but a GICv3 is needed");
	return error_set(err, "this host's KVM has no GICv3: KVM_DEV_TYPE_ARM_VGIC_V3");
}

static void enable_nisv(struct vm *vm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_NISV_TO_USER };

	ioctl(vm->fd, KVM_ENABLE_CAP, &cap); /* without it KVM_RUN fails, which names less */
}

int arch_vm_init(struct vm *vm, struct error *err)
{
	if (check_gic(vm, err))
		return -1;
	enable_nisv(vm);
	device_add_all(vm, arm64_devices, &vm->mmio);
	return 0;
}

int arm64_set_attribute(int fd, uint32_t group, uint64_t number, const void *value,
			const char *what, struct error *err)
{
	struct kvm_device_attr attribute = { 0, group, number, (uintptr_t)value };

	if (ioctl(fd, KVM_SET_DEVICE_ATTR, &attribute))
		return error_errno(err, "KVM_SET_DEVICE_ATTR %s", what);
	return 0;
}

/* One region of redistributors: Linux, Documentation/virt/kvm/devices/arm-vgic-v3.rst. */
static int set_region(struct vm *vm, int gic, unsigned int i, struct error *err)
{
	struct gic_region region = gic_region(vm->machine->topology.nr_cpus, i);
	uint64_t value = (uint64_t)region.cpus << 52 | region.base | i;

	return arm64_set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR,
				   KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &value,
				   "KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION", err);
}

static int set_gic(struct vm *vm, int gic, struct error *err)
{
	uint64_t distributor = ARM64_GIC_DISTRIBUTOR;
	uint32_t interrupts = ARM64_GIC_INTERRUPTS;

	if (arm64_set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST,
				&distributor, "KVM_VGIC_V3_ADDR_TYPE_DIST", err) ||
	    arm64_set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &interrupts,
				"KVM_DEV_ARM_VGIC_GRP_NR_IRQS", err))
		return -1;
	for (unsigned int i = 0; i < gic_regions(vm->machine->topology.nr_cpus); i++)
		if (set_region(vm, gic, i, err))
			return -1;
	return arm64_set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL,
				   "KVM_DEV_ARM_VGIC_CTRL_INIT", err);
}

/* What needs the vCPUs to be there. KVM keeps the device after its descriptor is closed. */
int arch_vm_init_late(struct vm *vm, struct error *err)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	int ret;

	if (kvm_ioctl(vm->fd, KVM_CREATE_DEVICE, &device, err) < 0)
		return -1;
	ret = set_gic(vm, device.fd, err);
	close(device.fd);
	return ret ? -1 : kvm_ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &vm->arch.target, err);
}
