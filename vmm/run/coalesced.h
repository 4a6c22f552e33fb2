/* SPDX-License-Identifier: MIT */
/*
 * Writes to the fast port that KVM has collected instead of exiting for each, in one ring per VM
 * (Documentation/virt/kvm/api.rst, KVM_REGISTER_COALESCED_MMIO; virt/kvm/coalesced_mmio.c). vm.c
 * opens it, a vCPU that exits empties it before its exit is handled, and so does the end of a run.
 */
#ifndef VMM_RUN_COALESCED_H
#define VMM_RUN_COALESCED_H

#include <pthread.h>
#include <stdint.h>

struct kvm_coalesced_mmio_ring;
struct vm;

struct coalesced {
	struct kvm_coalesced_mmio_ring *ring; /* in the first vCPU's run mapping; NULL: none */
	uint32_t entries;
	pthread_mutex_t lock; /* around the channel's locks */
};

/* When the vCPUs are there. Without it, where KVM has none, each write is an exit. */
void coalesced_open(struct vm *vm);

/* Hands to the buses what has been written before. From any thread. */
void coalesced_drain(struct vm *vm);

#endif
