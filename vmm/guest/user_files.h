/* SPDX-License-Identifier: MIT */
/*
 * What --file, --dir and --root name, for initramfs.c: with their modes, owners and links; what the
 * calling user owns is root's in the guest. Special files come along as they are. Of two files for
 * one path in the guest the first stays: --file, --dir, --root, in the order of the command line.
 */
#ifndef VMM_GUEST_USER_FILES_H
#define VMM_GUEST_USER_FILES_H

#include "vmm/guest/closure.h"
#include "vmm/guest/command.h"

/* Adds them to @tree. Returns 0, or -1 naming what cannot be read, or has ".." in the guest. */
int user_files_add(struct tree *tree, const struct command *command, struct error *err);

/*
 * Adds what they need, after the command's own needs. A library that is missing is an error for a
 * --file, and passed over for what is in a --dir, whose plug-ins may have it from the program that
 * loads them; there, files are looked into that may be executed or are called *.so*.
 */
int user_files_close(struct closure *closure, const struct command *command, struct error *err);

#endif
