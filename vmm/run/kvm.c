// SPDX-License-Identifier: MIT
#include "vmm/run/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int kvm_ioctl_named(int fd, unsigned long request, const char *name, unsigned long argument,
		    struct error *err)
{
	int ret = ioctl(fd, request, argument);

	if (ret < 0)
		error_errno(err, "%s", name);
	return ret;
}

/* getgrgid() would want the C library's modules, which a static program has not. */
static void group_name(gid_t gid, char *name, size_t size)
{
	FILE *file = fopen("/etc/group", "re");
	struct group *group;

	snprintf(name, size, "%u", gid);
	while (file && (group = fgetgrent(file)))
		if (group->gr_gid == gid)
			snprintf(name, size, "%s", group->gr_name);
	if (file)
		fclose(file);
}

static int explain_open(struct error *err)
{
	struct stat st;
	char group[64];

	if (errno == ENOENT)
		return error_set(err, "/dev/kvm: not there: turn on virtualization in the firmware "
				      "and load kvm_intel or kvm_amd (modprobe)");
	if ((errno != EACCES && errno != EPERM) || stat("/dev/kvm", &st))
		return error_errno(err, "/dev/kvm");
	if (!st.st_gid || (st.st_mode & 060) != 060)
		return error_set(err,
				 "/dev/kvm: no right to open it (mode %04o): as root, chgrp kvm "
				 "/dev/kvm && chmod 660 /dev/kvm, and be in group kvm",
				 st.st_mode & 07777);
	group_name(st.st_gid, group, sizeof(group));
	return error_set(
		err,
		"/dev/kvm: no right to open it: be in group %s (adduser USER %s, then log in anew)",
		group, group);
}

int kvm_open(struct error *err)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC), version;

	if (fd < 0)
		return explain_open(err);
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	if (version == KVM_API_VERSION)
		return fd;
	close(fd);
	if (version < 0)
		return error_set(err, "/dev/kvm: this is not KVM's device");
	return error_set(err, "/dev/kvm: API version %d, but %d is needed", version,
			 KVM_API_VERSION);
}

int kvm_need_named(int fd, int capability, const char *name, struct error *err)
{
	if (ioctl(fd, KVM_CHECK_EXTENSION, capability) > 0)
		return 0;
	return error_set(err, "this host's KVM lacks %s: a newer kernel may have it", name);
}
