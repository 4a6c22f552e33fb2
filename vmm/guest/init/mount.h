/* SPDX-License-Identifier: MIT */
/* The file systems that programs expect, the network and its name. Once, first thing, by init.c. */
#ifndef VMM_GUEST_INIT_MOUNT_H
#define VMM_GUEST_INIT_MOUNT_H

/* Mounts what the kernel has; without devtmpfs, makes the devices that programs need. */
void mount_all(void);

#endif
