/* SPDX-License-Identifier: MIT */
/* The guest's /init, init/ built for the guest, in the program: init_image.S. For initramfs.c. */
#ifndef VMM_GUEST_INIT_IMAGE_H
#define VMM_GUEST_INIT_IMAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t guest_init[];
extern const size_t guest_init_size;

#endif
