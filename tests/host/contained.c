// SPDX-License-Identifier: MIT
/*
 * Runs a command as a container would: with system calls refused by a filter, seccomp(2), and with
 * parts of the file system gone. Needs root, or a kernel that lets others make user namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif

/* What Docker's default profile refuses of memory policies, with EPERM. */
static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{ "mbind", SYS_mbind },
	{ "get_mempolicy", SYS_get_mempolicy },
	{ "set_mempolicy", SYS_set_mempolicy },
	{ "set_mempolicy_home_node", SYS_set_mempolicy_home_node },
	{ "migrate_pages", SYS_migrate_pages },
	{ "move_pages", SYS_move_pages },
};

#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

static const struct {
	const char *name;
	const char *folder; /* an empty one is put over it */
} lacks[] = {
	{ "--no-sys", "/sys" },
	{ "--no-nodes", "/sys/devices/system/node" },
	{ "--no-proc", "/proc" },
};

#define NR_LACKS (sizeof(lacks) / sizeof(lacks[0]))

struct container {
	int refused[NR_CALLS];
	int number; /* errno of those */
	int without[NR_LACKS];
	int own_sys;
	int user_namespace;
	int no_capabilities;
	int read_only;
};

static _Noreturn void usage(void)
{
	fputs("usage: contained [OPTION]... COMMAND [ARG...]\n\n"
	      "  --docker          refuse the memory policy calls that Docker's profile refuses\n"
	      "  --refuse CALL     refuse one of them; may be repeated\n"
	      "  --errno NUMBER    with this error (EPERM)\n"
	      "  --no-sys          an empty /sys\n"
	      "  --no-nodes        an empty /sys/devices/system/node\n"
	      "  --no-proc         an empty /proc\n"
	      "  --own-sys         a sysfs of its own, with its own locks\n"
	      "  --user-namespace  one of its own, for root too\n"
	      "  --no-capabilities none, and none to be had\n"
	      "  --read-only       the root file system cannot be written to\n\n"
	      "Exit status: COMMAND's own, or 77 when the container cannot be made.\n",
	      stderr);
	exit(77);
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "contained: %s: %s\n", what, strerror(errno));
	exit(77);
}

static void refuse(struct container *c, const char *name)
{
	for (size_t i = 0; i < NR_CALLS; i++)
		if (!strcmp(name, calls[i].name)) {
			c->refused[i] = 1;
			return;
		}
	usage();
}

static int is_lack(struct container *c, const char *name)
{
	for (size_t i = 0; i < NR_LACKS; i++)
		if (!strcmp(name, lacks[i].name))
			return c->without[i] = 1;
	return 0;
}

/* The command and its arguments. */
static char **read_options(char **argv, struct container *c)
{
	for (argv++; *argv && !strncmp(*argv, "--", 2); argv++) {
		if (!strcmp(*argv, "--docker"))
			for (size_t i = 0; i < NR_CALLS; i++)
				c->refused[i] = 1;
		else if (!strcmp(*argv, "--refuse") && argv[1])
			refuse(c, *++argv);
		else if (!strcmp(*argv, "--errno") && argv[1])
			c->number = atoi(*++argv);
		else if (!strcmp(*argv, "--no-capabilities"))
			c->no_capabilities = 1;
		else if (!strcmp(*argv, "--user-namespace"))
			c->user_namespace = 1;
		else if (!strcmp(*argv, "--own-sys"))
			c->own_sys = 1;
		else if (!strcmp(*argv, "--read-only"))
			c->read_only = 1;
		else if (!is_lack(c, *argv))
			usage();
	}
	if (!*argv)
		usage();
	return argv;
}

/* A mount namespace of its own; who is not root gets it only within a user namespace. */
static void leave_namespace(const struct container *c)
{
	unsigned int uid = getuid();
	int user_namespace = uid || c->user_namespace;

	/* There is one sysfs per network namespace. */
	if (unshare(CLONE_NEWNS | (user_namespace ? CLONE_NEWUSER : 0) |
		    (c->own_sys ? CLONE_NEWNET : 0)))
		fail("unshare");
	if (user_namespace) {
		int map = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);

		if (map < 0 || dprintf(map, "%u %u 1", uid, uid) < 0)
			fail("/proc/self/uid_map");
		close(map);
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("mount /");
}

static void take_folders(const struct container *c)
{
	if (c->own_sys && mount("none", "/sys", "sysfs", MS_RDONLY, NULL))
		fail("mount /sys");
	for (size_t i = 0; i < NR_LACKS; i++) {
		/* What lies below one that is gone is gone too. */
		if (!c->without[i] || access(lacks[i].folder, F_OK))
			continue;
		if (mount("none", lacks[i].folder, "tmpfs", MS_RDONLY, NULL))
			fail(lacks[i].folder);
	}
	if (c->read_only && mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
		fail("mount / read-only");
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	for (int i = 0; !prctl(PR_CAPBSET_DROP, i, 0, 0, 0); i++)
		;
	if (syscall(SYS_capset, &header, none))
		fail("capset");
}

static void refuse_calls(const struct container *c)
{
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_filter deny = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | c->number);
	struct sock_filter code[2 * NR_CALLS + 5] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		allow,
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { .filter = code };
	unsigned int nr = 4;

	for (size_t i = 0; i < NR_CALLS; i++) {
		if (!c->refused[i])
			continue;
		code[nr++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  calls[i].number, 0, 1);
		code[nr++] = deny;
	}
	code[nr++] = allow;
	program.len = nr;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		fail("seccomp");
}

int main(int argc, char **argv)
{
	struct container container = { .number = EPERM };
	char **command = read_options(argv, &container);

	(void)argc;
	leave_namespace(&container);
	take_folders(&container);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail("prctl");
	if (container.no_capabilities)
		drop_capabilities();
	refuse_calls(&container);
	execvp(*command, command);
	fail(*command);
}
