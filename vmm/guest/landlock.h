/* SPDX-License-Identifier: MIT */
/*
 * Landlock, landlock(7): what a process gives up of files, TCP and others' processes, for good.
 * run/confine.c calls it for a run, receive.c for the process that writes --out's files.
 */
#ifndef VMM_GUEST_LANDLOCK_H
#define VMM_GUEST_LANDLOCK_H

/*
 * For the calling thread and its children, which have no_new_privs: no file, no folder, but that
 * below the @nr @folders, descriptors, files, folders and symbolic links may be made, written and
 * removed. What this kernel's Landlock does not know stays allowed.
 */
void landlock_enter(const int *folders, unsigned int nr);

#endif
