/* SPDX-License-Identifier: MIT */
/*
 * What a run gives up before its first vCPU runs, so that a guest that breaks out of its machine
 * has gained next to nothing: descriptors that were handed down to us, new privileges, files and
 * TCP (Landlock), capabilities, being traced and dumped, and all system calls but those of a run
 * (filter.h). run.c says what is wanted and owns it; vm.c and vcpu.c call it after the last file is
 * opened and before the barrier that the first KVM_RUN waits for. What comes later may open nothing
 * and start no thread.
 *
 * What the host does not let us give up is kept, with a warning where it is the filter. The
 * bounding set stays: it is for execve(2), which the filter refuses.
 */
#ifndef VMM_RUN_CONFINE_H
#define VMM_RUN_CONFINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "mem/error.h"

struct confine {
	bool wanted;
	bool as_user; /* also when it is not wanted: become this user */
	uid_t uid;
	gid_t gid;
	pthread_mutex_t starting; /* main's, until it is confined itself */
	atomic_uint threads; /* of vCPUs, that confine_thread() has yet to be called by */
};

/*
 * The user to become is @text, NAME or UID, either with :GID after it; else the group is that of
 * /etc/passwd, which is read as a file: a static program has no other name service. Returns 0, or
 * -1 with the cure: also when we are not root, who alone can become another user.
 */
int confine_find_user(struct confine *confine, const char *text, struct error *err);

/* What holds for the process, before there are @threads of vCPUs. For the main thread. */
void confine_process(struct confine *confine, unsigned int threads);

/*
 * What each thread does for itself, once it has all that it needs: the main thread when it has made
 * the others, and these. The last of them waits for the main thread, which waits for none, and
 * loads the filter for all. Returns 0, or -1 when it cannot become the user; if the main thread
 * cannot, the others go no further.
 */
int confine_main(struct confine *confine, struct error *err);
int confine_thread(struct confine *confine, struct error *err);

#endif
