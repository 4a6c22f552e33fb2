// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "vmm/guest/init/mount.h"

#define SAFE (MS_NOSUID | MS_NODEV)

struct file_system {
	const char *type, *path;
	unsigned long flags;
	const char *options;
	mode_t mode; /* of what users write to, mounted only where nothing is in there; or 0 */
};

/* In this order. */
static const struct file_system file_systems[] = {
	{ "devtmpfs", "/dev", MS_NOSUID, "mode=0755", 0 },
	{ "proc", "/proc", SAFE | MS_NOEXEC, NULL, 0 },
	{ "sysfs", "/sys", SAFE | MS_NOEXEC, NULL, 0 },
	{ "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=0620,ptmxmode=0666", 0 },
	{ "tmpfs", "/dev/shm", SAFE, NULL, 01777 },
	{ "tmpfs", "/run", SAFE, NULL, 0755 },
	{ "tmpfs", "/tmp", SAFE, NULL, 01777 },
	{ "debugfs", "/sys/kernel/debug", SAFE | MS_NOEXEC, NULL, 0 },
	{ "tracefs", "/sys/kernel/tracing", SAFE | MS_NOEXEC, NULL, 0 },
	{ "cgroup2", "/sys/fs/cgroup", SAFE | MS_NOEXEC, NULL, 0 },
	{ "bpf", "/sys/fs/bpf", SAFE | MS_NOEXEC, "mode=0700", 0 },
};

static const struct {
	const char *path;
	mode_t mode;
	unsigned char major, minor;
} devices[] = {
	{ "/dev/null", 0666, 1, 3 },	{ "/dev/zero", 0666, 1, 5 },
	{ "/dev/full", 0666, 1, 7 },	{ "/dev/random", 0666, 1, 8 },
	{ "/dev/urandom", 0666, 1, 9 }, { "/dev/mem", 0640, 1, 1 },
	{ "/dev/kmsg", 0644, 1, 11 },	{ "/dev/tty", 0666, 5, 0 },
	{ "/dev/console", 0600, 5, 1 }, { "/dev/ttyS0", 0600, 4, 64 },
	{ "/dev/ttyS1", 0600, 4, 65 },
};

static const struct {
	const char *path, *to;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },	      { "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/ptmx", "pts/ptmx" },
};

static void make_devices(void)
{
	size_t i;

	for (i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		mknod(devices[i].path, S_IFCHR | devices[i].mode,
		      makedev(devices[i].major, devices[i].minor));
}

/* What the archive brought for /tmp stays to be seen: a folder that is not empty is not covered. */
static bool mount_one(const struct file_system *fs)
{
	bool mounted = false, empty;

	if (fs->mode)
		rmdir(fs->path);
	empty = mkdir(fs->path, 0755) == 0;
	if (empty || !fs->mode)
		mounted = mount(fs->type, fs->path, fs->type, fs->flags, fs->options) == 0;
	if (fs->mode)
		chmod(fs->path, fs->mode);
	return mounted;
}

/* Descriptors 0 to 2 are the console's, if the kernel found one; never something of ours. */
static void hold_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 2);
	if (fd > 2)
		close(fd);
}

/* A root in tmpfs may be written to by all, as the kernel makes it. */
void mount_all(void)
{
	size_t i;

	chmod("/", 0755);
	for (i = 0; i < sizeof(file_systems) / sizeof(*file_systems); i++)
		if (!mount_one(&file_systems[i]) && i == 0)
			make_devices();
	for (i = 0; i < sizeof(links) / sizeof(*links); i++)
		(void)!symlink(links[i].to, links[i].path);
	hold_standard();
}
