/* SPDX-License-Identifier: MIT */
/*
 * Kernel modules and all that they depend on, found on the host, unpacked, in the order in which
 * they are to be loaded. errand.c asks once the kernel's version is known, and owns them.
 */
#ifndef VMM_GUEST_MODULES_H
#define VMM_GUEST_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "mem/error.h"

struct module {
	char *name; /* "kvm_amd" */
	void *data; /* the .ko, unpacked */
	size_t size;
	bool optional; /* of several that an alias names, or a softdep: it may refuse to load */
};

/* Zero-initialized: none. */
struct modules {
	struct module *list;
	unsigned int nr;
};

/*
 * @names, "a,b" or aliases, for the kernel @release (uname -r), from @folders, each a build tree,
 * an unpacked package or a folder of .ko files, with or without modules.dep; NULL or empty:
 * /lib/modules/@release. A softdep's "pre" modules come too, where they are there; what
 * modules.builtin names is in the kernel, and left out. Returns 0, or -1 naming the module and the
 * cure: not there, of another release, damaged, a circle. modules_free() in both cases.
 */
int modules_find(struct modules *modules, const char *names, char *const *folders,
		 const char *release, struct error *err);

void modules_free(struct modules *modules);

#endif
