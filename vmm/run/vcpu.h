/* SPDX-License-Identifier: MIT */
/* A vCPU's thread and its KVM_RUN loop, one for every architecture. vm.c makes and starts it. */
#ifndef VMM_RUN_VCPU_H
#define VMM_RUN_VCPU_H

#include "vmm/run/vm.h"

/* Creates KVM's vCPU and maps its run structure. Returns 0, or -1. */
int vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned int index, struct error *err);

/* Starts its thread. Returns 0, or -1. */
int vcpu_start(struct vcpu *vcpu, struct error *err);

#endif
