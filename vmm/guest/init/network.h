/* SPDX-License-Identifier: MIT */
/* The guest's name and its loopback device. Once, by init.c. */
#ifndef VMM_GUEST_INIT_NETWORK_H
#define VMM_GUEST_INIT_NETWORK_H

/* @hostname may be NULL. Without a word if the kernel has no network. */
void network_up(const char *hostname);

#endif
