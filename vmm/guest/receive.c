// SPDX-License-Identifier: MIT
#include "vmm/guest/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mem/clock.h"
#include "mem/xalloc.h"
#include "vmm/guest/extract.h"
#include "vmm/guest/landlock.h"

/* The report: this, or the text of the faults. */
#define ALL_KEPT "+"

struct receiver {
	struct extract_target *targets;
	unsigned int nr;
	const struct receive_user *user;
	pid_t parent;
	int in, out;
};

/* ---- the process ---- */

static bool is_kept(const struct receiver *r, int fd)
{
	bool kept = fd == r->in || fd == r->out;

	for (unsigned int i = 0; i < r->nr; i++)
		kept |= fd == r->targets[i].folder;
	return kept;
}

static void close_others(const struct receiver *r)
{
	int last = r->in > r->out ? r->in : r->out;

	for (unsigned int i = 0; i < r->nr; i++)
		if (r->targets[i].folder > last)
			last = r->targets[i].folder;
	for (int fd = 0; fd < last; fd++)
		if (!is_kept(r, fd))
			close(fd);
	close_range(last + 1, ~0U, 0);
}

/* The handlers are those of a run. What Ctrl-C ends is the guest, whose files then come. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int become_user(const struct receive_user *user, struct error *err)
{
	if (syscall(SYS_setgroups, 0, NULL) ||
	    syscall(SYS_setresgid, user->gid, user->gid, user->gid) ||
	    syscall(SYS_setresuid, user->uid, user->uid, user->uid))
		return error_errno(err, "becoming user %u", user->uid);
	return 0;
}

/* Root's right to write to the folders of others stays, if it is there. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	unsigned int kept;

	syscall(SYS_capget, &header, data);
	kept = data[0].effective & (1U << CAP_DAC_OVERRIDE);
	memset(data, 0, sizeof(data));
	data[0].effective = data[0].permitted = kept;
	syscall(SYS_capset, &header, data);
}

static int confine(const struct receiver *r, struct error *err)
{
	int *folders = xcalloc(r->nr, sizeof(*folders));

	ignore_signals();
	close_others(r);
	if (r->user && become_user(r->user, err))
		return -1;
	for (unsigned int i = 0; i < r->nr; i++)
		folders[i] = r->targets[i].folder;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	landlock_enter(folders, r->nr);
	drop_capabilities();
	free(folders);
	/* After the change of user, which resets it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == r->parent ? 0 : error_set(err, "numavm has ended");
}

static void report(int fd, const struct extract_faults *faults)
{
	dprintf(fd, "%s", faults->nr ? faults->first.text : ALL_KEPT);
	if (faults->nr > 1)
		dprintf(fd, ", and %u more", faults->nr - 1);
}

static _Noreturn void receive(const struct receiver *r)
{
	struct extract_faults faults = { 0 };

	if (confine(r, &faults.first))
		faults.nr = 1;
	else
		extract_all(r->in, r->targets, r->nr, &faults);
	report(r->out, &faults);
	_exit(0);
}

/* ---- its parent ---- */

/* The folder that @path is in, and its name there. */
static int open_parent(struct extract_target *target, struct error *err)
{
	char *path = xstrdup(target->path), *slash;
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		path[--size] = '\0';
	slash = strrchr(path, '/');
	target->name = xstrdup(slash ? slash + 1 : path);
	if (slash)
		slash[slash == path] = '\0';
	target->folder = open(slash ? path : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(path);
	return target->folder < 0 ? error_errno(err, "--out: the folder of %s", target->path) : 0;
}

/* The file takes the place of what is there, which no device should be lost to. */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int open_target(struct extract_target *target, const struct receive_user *user,
		       struct error *err)
{
	if (is_special(target->path))
		return error_set(err, "--out %s: neither a file nor a folder: name one",
				 target->path);
	target->folder = open(target->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target->folder < 0 && open_parent(target, err))
		return -1;
	/* Another user's rights are not ours to ask for. */
	if (!user && faccessat(target->folder, ".", W_OK | X_OK, AT_EACCESS))
		return error_errno(err, "--out: writing to %s%s",
				   target->name ? "the folder of " : "", target->path);
	return 0;
}

static int open_targets(struct receiver *r, char *const *targets, struct error *err)
{
	unsigned int nr = 0;

	while (targets[nr])
		nr++;
	r->targets = xcalloc(nr, sizeof(*r->targets));
	for (; r->nr < nr; r->nr++) {
		r->targets[r->nr] = (struct extract_target){ .path = targets[r->nr], .folder = -1 };
		if (open_target(&r->targets[r->nr], r->user, err)) {
			r->nr++;
			return -1;
		}
	}
	return 0;
}

static void close_targets(struct receiver *r)
{
	for (unsigned int i = 0; i < r->nr; i++) {
		if (r->targets[i].folder >= 0)
			close(r->targets[i].folder);
		free((char *)r->targets[i].name);
	}
	free(r->targets);
}

static int start(struct receive *to_start, struct receiver *r, struct error *err)
{
	int archive[2], said[2];

	if (pipe2(archive, O_CLOEXEC) || pipe2(said, O_CLOEXEC))
		return error_errno(err, "--out: pipe");
	r->in = archive[0];
	r->out = said[1];
	r->parent = getpid();
	*to_start = (struct receive){ fork(), archive[1], said[0] };
	if (!to_start->pid)
		receive(r);
	close(archive[0]);
	close(said[1]);
	if (to_start->pid < 0)
		return error_errno(err, "--out: fork");
	fcntl(to_start->to, F_SETFL, O_NONBLOCK);
	return 0;
}

int receive_start(struct receive *to_start, char *const *targets, const struct receive_user *user,
		  struct error *err)
{
	struct receiver r = { .user = user };
	int ret = open_targets(&r, targets, err) || start(to_start, &r, err);

	close_targets(&r);
	return ret ? -1 : 0;
}

/* Returns 1 when there is something to read, 0 when there is not in time. */
static int wait_for(int fd, const struct timespec *start_time, int patience_s)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	double left;
	int ret = -1;

	while (ret < 0 && (left = patience_s - clock_seconds_since(start_time)) > 0)
		ret = poll(&poll_fd, 1, left * 1000 + 1);
	return ret > 0;
}

/* All of the report, with a 0 after it. Returns -1 when it does not end in time. */
static int read_report(int fd, char *text, size_t room, int patience_s)
{
	struct timespec start_time;
	size_t used = 0;
	ssize_t got;

	clock_gettime(CLOCK_MONOTONIC, &start_time);
	do {
		if (!wait_for(fd, &start_time, patience_s))
			return -1;
		got = read(fd, text + used, room - 1 - used);
		used += got > 0 ? got : 0;
	} while (got > 0);
	text[used] = '\0';
	return 0;
}

int receive_end(struct receive *to_end, int patience_s, struct error *err)
{
	char text[sizeof(err->text)];
	int ret;

	close(to_end->to);
	ret = read_report(to_end->from, text, sizeof(text), patience_s);
	close(to_end->from);
	if (ret)
		return error_set(err,
				 "--out: the files are not written within %d s: what is there "
				 "is not all",
				 patience_s);
	if (!strcmp(text, ALL_KEPT))
		return 0;
	return error_set(err, "--out: %s",
			 text[0] ? text : "what writes the files has ended early");
}
