/* SPDX-License-Identifier: MIT */
/*
 * The archive that a command is run from: init, the command, all that its ELF files and scripts
 * need (closure.c), the user's files and folders, and modules; newc, kept by content (cache.h).
 * After it comes a small one of this run's own, with init's job. errand.c calls it before anything
 * starts. A root folder is taken as it is: nothing of the host's joins it but the user's files.
 *
 * The name by which an archive is kept is made of the paths, inodes, sizes and times of all its
 * files, not of their bytes, of which a folder may have hundreds of MB. So one with a file that was
 * changed in the last 2 seconds is not kept, since a further change could leave its time as it was.
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
