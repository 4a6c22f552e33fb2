/* SPDX-License-Identifier: MIT */
/*
 * The release of a kernel (uname -r), from its file, for the choice of modules: verbs.c asks before
 * the run, and only with --modules.
 */
#ifndef ARCH_KERNEL_RELEASE_H
#define ARCH_KERNEL_RELEASE_H

#include "vmm/guest/boot.h"

#define KERNEL_RELEASE_SIZE 65 /* uname(2) */

/*
 * From a bzImage's header (Linux, Documentation/arch/x86/boot.rst, kernel_version), else from the
 * kernel's banner, init/version.c: "Linux version 6.1.0-49-arm64 (...". What is unpacked for it is
 * kept, where there is a cache, so that the run does not unpack it again. Returns 0, or -1 naming
 * the file and what is wrong.
 */
int kernel_release(const struct boot *boot, char release[KERNEL_RELEASE_SIZE], struct error *err);

#endif
