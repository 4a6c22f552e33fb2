/* SPDX-License-Identifier: MIT */
/*
 * The guest's first process, vmm/guest/init/, as the program carries it: a static ELF file for the
 * guest's architecture. initramfs.c packs it.
 */
#ifndef VMM_GUEST_INIT_IMAGE_H
#define VMM_GUEST_INIT_IMAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t guest_init[];
extern const size_t guest_init_size;

#endif
