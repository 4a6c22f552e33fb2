/* SPDX-License-Identifier: MIT */
/*
 * A guest's newc archive (cpio(5), "New ASCII Format"; as init/files.c writes it) written below
 * folders of the host, for receive.c. All of it is hostile: a name is taken component by component,
 * none of them "..", and no symbolic link is followed; files and folders get the mode of theirs
 * without setuid, setgid and sticky bits, and as the umask has it; devices, FIFOs and sockets are
 * not made, and a hard link is a file of its own. What is there already under a file's or a link's
 * name is removed, not written to.
 */
#ifndef VMM_GUEST_EXTRACT_H
#define VMM_GUEST_EXTRACT_H

#include <stdbool.h>

#include "mem/error.h"

/* Where the archive's "i" and "i/..." go. */
struct extract_target {
	const char *path; /* for messages */
	int folder; /* O_PATH is enough; the caller's */
	const char *name; /* what "i" becomes in it; NULL: the folder is "i" itself */
	bool got; /* an entry came for it */
};

/* What was not kept: the first, and how many more. */
struct extract_faults {
	struct error first;
	unsigned int nr;
};

/*
 * Reads the archive from @from, up to its end, and then all that follows until there is no more, so
 * that whoever writes to a pipe is not held up.
 */
void extract_all(int from, struct extract_target *targets, unsigned int nr,
		 struct extract_faults *faults);

#endif
