// SPDX-License-Identifier: MIT
#include <err.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/init/root.h"
#include "vmm/guest/job.h"

static void put_file(const char *path, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd))
		err(2, "%s", path);
}

static void put_text(const char *path, const char *text)
{
	put_file(path, text, strlen(text), 0644);
}

static void bind(const char *from, const char *to, bool folder)
{
	if (folder)
		mkdir(to, 0755);
	else
		put_file(to, "", 0, 0644);
	if (mount(from, to, NULL, MS_BIND | (folder ? MS_REC : 0), NULL))
		err(2, "binding %s", from);
}

/* No device can be made in a user namespace: these are this machine's. */
static void put_devices(const char *tty)
{
	static const char *const devices[] = { "null", "zero", "full", "urandom", "tty" };
	char from[64];
	size_t i;

	mkdir("dev", 0755);
	for (i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		snprintf(from, sizeof(from), "/dev/%s", devices[i]);
		bind(from, from + 1, false);
	}
	if (tty)
		bind(tty, "dev/ttyS1", false);
	put_file("dev/kmsg", "", 0, 0644);
}

static void put_programs(void)
{
	static const char *const links[] = { "bin", "sbin", "lib", "lib64" };
	char to[64];
	size_t i;

	bind("/usr", "usr", true);
	for (i = 0; i < sizeof(links) / sizeof(*links); i++) {
		snprintf(to, sizeof(to), "usr/%s", links[i]);
		if (symlink(to, links[i]))
			err(2, "%s", links[i]);
	}
	mkdir("etc", 0755);
	mkdir("home", 0755);
	mkdir("home/eve", 0755);
	put_text("etc/passwd", "root:x:0:0::/root:/bin/sh\neve:x:1000:1001::/home/eve:/bin/sh\n");
	put_text("etc/group",
		 "root:x:0:\neve:x:1001:\ndisk:x:6:adam,eve\naudio:x:29:seve,everett\n");
}

/* In the folder that this leaves as its own. */
static void build(int init, const char *job, size_t size, const char *tty)
{
	static char bytes[1 << 20];
	ssize_t n = read(init, bytes, sizeof(bytes));

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/tmp", "tmpfs", 0, NULL) || chdir("/tmp"))
		err(2, "a root");
	put_file("init", bytes, n, 0755);
	put_file("script", "#!/no/shell\n", 12, 0755);
	put_devices(tty);
	put_programs();
	if (mkdir(&JOB_FOLDER[1], 0755))
		err(2, "%s", JOB_FOLDER);
	put_file(&JOB_PATH[1], job, size, 0644);
}

static void map_ids(pid_t pid)
{
	static const char *const maps[] = { "uid_map", "gid_map" };
	char path[64];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, maps[i]);
		put_text(path, "0 0 65536\n");
	}
}

/* Its output is where the kernel would have the console's. */
static _Noreturn void become_init(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chroot(".") || chdir("/") || close_range(3, ~0U, CLOSE_RANGE_CLOEXEC))
		err(2, "chroot");
	execl("/init", "/init", (char *)NULL);
	err(2, "/init");
}

/* To descriptor 3, where all goes that is no output of the command. */
static void tell_log(void)
{
	char bytes[4096];
	int fd = open("dev/kmsg", O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0 || write(3, bytes, n) != n)
		err(2, "kmsg");
}

/* Waits at @ids until it is root there. */
static _Noreturn void become_machine(int init, const char *job, size_t size, const char *tty,
				     const int ids[2])
{
	char byte;
	int status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNET |
		    CLONE_NEWIPC))
		err(2, "unshare");
	if (write(ids[1], "u", 1) != 1 || read(ids[0], &byte, 1) != 1)
		err(2, "ids");
	build(init, job, size, tty);
	pid = fork();
	if (pid == 0)
		become_init();
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(2, "fork");
	tell_log();
	/* reboot(2), of the first process of a PID namespace: SIGINT for a power-off. */
	_exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT ? 0 : 1);
}

pid_t root_start(const char *init, const char *job, size_t size, const char *tty)
{
	int to[2], from[2], fd = open(init, O_RDONLY | O_CLOEXEC);
	char byte;
	pid_t pid;

	if (fd < 0 || pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		err(2, "%s", init);
	pid = fork();
	if (pid == 0) {
		close(to[1]);
		become_machine(fd, job, size, tty, (const int[]){ to[0], from[1] });
	}
	close(from[1]);
	if (pid < 0 || read(from[0], &byte, 1) != 1)
		err(2, "a machine for init");
	map_ids(pid);
	if (write(to[1], "m", 1) != 1)
		err(2, "a machine for init");
	return pid;
}

const char *root_open_tty(int *tty)
{
	int theirs;

	*tty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (*tty < 0 || grantpt(*tty) || unlockpt(*tty))
		err(2, "a terminal");
	theirs = open(ptsname(*tty), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (theirs < 0)
		err(2, "a terminal");
	return ptsname(*tty);
}
