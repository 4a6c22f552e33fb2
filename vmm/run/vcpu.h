/* SPDX-License-Identifier: MIT */
/* A vCPU's thread and its KVM_RUN loop, one for every architecture. vm.c starts and stops it. */
#ifndef VMM_RUN_VCPU_H
#define VMM_RUN_VCPU_H

#include "vmm/run/vm.h"

/* Creates KVM's vCPU and maps its run structure. Returns 0, or -1. */
int vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned int index, struct error *err);

/* Once, before the first vCPU starts: the signal that vcpu_kick() sends. */
void vcpu_catch_kicks(void);

/* Starts its thread. Returns 0, or -1. */
int vcpu_start(struct vcpu *vcpu, struct error *err);

/* Gets it out of KVM_RUN, now or before it enters the next time. */
void vcpu_kick(struct vcpu *vcpu);

#endif
