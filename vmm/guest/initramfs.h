/* SPDX-License-Identifier: MIT */
/*
 * The archive that a command is run from: init, the command, all that its ELF files and scripts
 * need (closure.c), the user's files and folders, and modules; newc, kept by content (cache.h).
 * After it comes a small one of this run's own, with init's job. verbs.c calls it before anything
 * starts.
 */
#ifndef VMM_GUEST_INITRAMFS_H
#define VMM_GUEST_INITRAMFS_H

#include "vmm/guest/boot.h"
#include "vmm/guest/command.h"
#include "vmm/guest/modules.h"

/*
 * Adds both to @boot, which boot_open() has opened: the archive, which the next run with the same
 * files finds made, and the job's. Returns 0, or -1 naming the file and the cure.
 */
int initramfs_open(const struct command *command, const struct modules *modules, struct boot *boot,
		   struct error *err);

#endif
