/* SPDX-License-Identifier: MIT */
/*
 * All that a program's own files say it needs: the libraries of an ELF program as its loader finds
 * them, its loader, and the interpreter of a script, each with what that needs. What is opened
 * at run time by name is not seen: dlopen(3), NSS, imports, gconv. initramfs.c asks for the command
 * and for the user's files.
 */
#ifndef VMM_GUEST_CLOSURE_H
#define VMM_GUEST_CLOSURE_H

#include "vmm/guest/library.h"

struct closure {
	struct tree *tree;
	struct libraries libraries;
	const char *path; /* PATH, here and in the guest */
	const char *chdir; /* the command's folder in the guest */
	bool lenient; /* what is missing is passed over */
};

/*
 * Adds what @entry needs to the tree. Returns 0, or -1 naming what is missing, who needs it and the
 * cure.
 */
int closure_add(struct closure *closure, struct tree_entry *entry, struct error *err);

/*
 * Adds the program that execvp(3) takes for @name, from the host or from what the tree has, without
 * what it needs. A relative path is one from the host's folder here, from @chdir there. Returns
 * NULL when there is none.
 */
struct tree_entry *closure_find(const struct closure *closure, const char *name);

#endif
