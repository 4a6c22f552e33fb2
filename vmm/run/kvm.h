/* SPDX-License-Identifier: MIT */
/*
 * KVM's ioctls with their names in the error, for the files that drive it.
 * Documentation/virt/kvm/api.rst says what each takes.
 */
#ifndef VMM_RUN_KVM_H
#define VMM_RUN_KVM_H

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "mem/error.h"

/* Returns what the ioctl returns; at -1 @err says "KVM_NAME: errno's text". */
#define kvm_ioctl(fd, request, argument, err) \
	kvm_ioctl_named(fd, request, #request, (unsigned long)(argument), err)

int kvm_ioctl_named(int fd, unsigned long request, const char *name, unsigned long argument,
		    struct error *err);

/* Opens /dev/kvm and checks its version. Returns the descriptor, or -1 with the cure. */
int kvm_open(struct error *err);

/* KVM_CHECK_EXTENSION on @fd; what is not there is an error that names the capability. */
#define kvm_need(fd, capability, err) kvm_need_named(fd, capability, #capability, err)

int kvm_need_named(int fd, int capability, const char *name, struct error *err);

#endif
