// SPDX-License-Identifier: MIT
#include "vmm/run/coalesced.h"

#include <unistd.h>

#include "vmm/run/kvm.h"
#include "vmm/run/vm.h"

static uint32_t ring_entries(void)
{
	return (sysconf(_SC_PAGESIZE) - sizeof(struct kvm_coalesced_mmio_ring)) /
	       sizeof(struct kvm_coalesced_mmio);
}

void coalesced_open(struct vm *vm)
{
	bool pio = vm->ports.nr; /* the architecture has I/O ports, and the fast one is there */
	struct kvm_coalesced_mmio_zone zone = {
		.addr = vm->fast.device.base,
		.size = FAST_DATA_SIZE,
		.pio = pio,
	};
	int page;

	if (!vm->fast.ops)
		return;
	page = ioctl(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO);
	if (page <= 0 || (pio && ioctl(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_PIO) <= 0) ||
	    ioctl(vm->fd, KVM_REGISTER_COALESCED_MMIO, &zone))
		return;
	pthread_mutex_init(&vm->coalesced.lock, NULL);
	vm->coalesced.entries = ring_entries();
	vm->coalesced.ring = (void *)((char *)vm->vcpus->run + page * sysconf(_SC_PAGESIZE));
}

/*
 * An entry is KVM's again once it has been handed over, so that who sees none may go on. What other
 * vCPUs add meanwhile is theirs to drain: nobody is kept here.
 */
void coalesced_drain(struct vm *vm)
{
	struct kvm_coalesced_mmio_ring *ring = vm->coalesced.ring;
	uint32_t first, last;

	if (!ring || __atomic_load_n(&ring->first, __ATOMIC_ACQUIRE) ==
			     __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE))
		return;
	pthread_mutex_lock(&vm->coalesced.lock);
	first = ring->first;
	last = __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE);
	while (first != last) {
		const struct kvm_coalesced_mmio *entry = &ring->coalesced_mmio[first];

		bus_write(entry->pio ? &vm->ports : &vm->mmio, entry->phys_addr, entry->data,
			  entry->len);
		first = (first + 1) % vm->coalesced.entries;
		__atomic_store_n(&ring->first, first, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&vm->coalesced.lock);
}
