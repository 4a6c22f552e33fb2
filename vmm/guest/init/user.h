/* SPDX-License-Identifier: MIT */
/* Who the command is to run as, by the guest's /etc/passwd and /etc/group. command.c asks. */
#ifndef VMM_GUEST_INIT_USER_H
#define VMM_GUEST_INIT_USER_H

#include <stddef.h>
#include <sys/types.h>

#define USER_GROUPS 64

struct user {
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS]; /* the supplementary ones */
	size_t nr_groups;
	const char *home;
};

/*
 * @spec: NAME|UID[:GID], or NULL for root. With a GID, that is the only group; a UID that passwd(5)
 * does not have has the group of that number. Returns what is wrong, or NULL.
 */
const char *user_find(struct user *user, const char *spec);

#endif
