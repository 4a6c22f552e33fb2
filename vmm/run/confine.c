// SPDX-License-Identifier: MIT
#include "vmm/run/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/landlock.h"
#include "vmm/run/filter.h"

#define MAX_GAPS 16

/*
 * Ours are close-on-exec, and what exec(2) left us is not. A descriptor is the lowest that is free
 * when it is made: below one of ours only those are free that were in use then, by files which are
 * read in the meantime, a few at once. After more gaps than that there are none of ours.
 */
static void close_inherited(void)
{
	int fd = STDERR_FILENO + 1;

	for (int gaps = 0; gaps < MAX_GAPS; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0)
			gaps++;
		else if (!(flags & FD_CLOEXEC))
			close(fd);
	}
	close_range(fd, ~0U, 0);
}

void confine_process(struct confine *confine, unsigned int threads)
{
	pthread_mutex_init(&confine->starting, NULL);
	pthread_mutex_lock(&confine->starting);
	confine->threads = threads;
	if (!confine->wanted)
		return;
	close_inherited();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	landlock_enter(NULL, 0);
}

/* Of the calling thread alone, unlike libc's. */
static int become_user(const struct confine *confine, struct error *err)
{
	if (syscall(SYS_setgroups, 0, NULL))
		return error_errno(err, "--run-as: setgroups");
	if (syscall(SYS_setresgid, confine->gid, confine->gid, confine->gid))
		return error_errno(err, "--run-as: setresgid to %u", confine->gid);
	if (syscall(SYS_setresuid, confine->uid, confine->uid, confine->uid))
		return error_errno(err, "--run-as: setresuid to %u", confine->uid);
	return 0;
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	syscall(SYS_capset, &header, none);
}

static int give_up_rights(const struct confine *confine, struct error *err)
{
	if (confine->as_user && become_user(confine, err))
		return -1;
	if (confine->wanted)
		drop_capabilities();
	return 0;
}

int confine_main(struct confine *confine, struct error *err)
{
	if (give_up_rights(confine, err))
		return -1;
	pthread_mutex_unlock(&confine->starting);
	return 0;
}

int confine_thread(struct confine *confine, struct error *err)
{
	if (give_up_rights(confine, err))
		return -1;
	if (atomic_fetch_sub(&confine->threads, 1) > 1)
		return 0;
	pthread_mutex_lock(&confine->starting);
	pthread_mutex_unlock(&confine->starting);
	if (!confine->wanted)
		return 0;
	prctl(PR_SET_DUMPABLE, 0); /* a change of user is over, which sets it too */
	if (filter_load())
		fprintf(stderr,
			"numavm: warning: seccomp: %s: this run's system calls are not "
			"filtered\n",
			strerror(errno));
	return 0;
}

/* "1000" whole, not more. */
static bool parse_id(const char *text, unsigned int *id)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	*id = value;
	return *text >= '0' && *text <= '9' && !*end && !errno && value < UINT32_MAX;
}

/* The entry called @name, or with the number that @confine has. */
static bool find_entry(const char *name, bool number, struct confine *confine)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)))
		if (number ? entry->pw_uid == confine->uid : !strcmp(entry->pw_name, name))
			break;
	if (entry) {
		confine->uid = entry->pw_uid;
		confine->gid = entry->pw_gid;
	}
	if (file)
		fclose(file);
	return entry;
}

int confine_find_user(struct confine *confine, const char *text, struct error *err)
{
	const char *colon = strchr(text, ':');
	char *name = xasprintf("%.*s", (int)strcspn(text, ":"), text);
	bool number = parse_id(name, &confine->uid);
	bool found = find_entry(name, number, confine);

	free(name);
	confine->as_user = true;
	if (colon && !parse_id(colon + 1, &confine->gid))
		return error_set(err, "--run-as %s: the group must be a number", text);
	if (!found && !number)
		return error_set(err, "--run-as %s: no such user in /etc/passwd: use UID:GID",
				 text);
	if (!found && !colon)
		return error_set(err,
				 "--run-as %s: not in /etc/passwd, which would say its group: "
				 "use UID:GID",
				 text);
	if (geteuid())
		return error_set(err,
				 "--run-as %s: only root can become another user: leave it "
				 "out, or start as root",
				 text);
	return 0;
}
