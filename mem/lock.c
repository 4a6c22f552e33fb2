// SPDX-License-Identifier: MIT
#include "mem/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "mem/text.h"

#define FOLDER "/sys/devices/system/node"

/* Starts hold the lock for some ms; what holds it for longer is told of. */
#define PAUSE_MS 20
#define SILENT_MS 1000
#define LIMIT_MS 30000

/* The process that has the lock on @fd, as /proc/locks lists it; 0 where that is not known. */
static unsigned int find_holder(int fd)
{
	unsigned int pid = 0, at, major, minor;
	FILE *file = fopen("/proc/locks", "re");
	unsigned long inode;
	struct stat stat;
	char line[160];

	while (file && !pid && !fstat(fd, &stat) && fgets(line, sizeof(line), file))
		/* One that waits has "->" before its kind. */
		if (sscanf(line, "%*u: FLOCK %*s %*s %u %x:%x:%lu", &at, &major, &minor, &inode) ==
			    4 &&
		    inode == stat.st_ino && makedev(major, minor) == stat.st_dev)
			pid = at;
	if (file)
		fclose(file);
	return pid;
}

/* Another user's process is called as it likes. */
static void tell_holder(unsigned int pid)
{
	char path[32], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = 0;
	if (file)
		fclose(file);
	text_clean(name);
	if (!pid || !name[0])
		snprintf(name, sizeof(name), "another program");
	fprintf(stderr, "numavm: waiting for %s", name);
	if (pid)
		fprintf(stderr, " (process %u)", pid);
	fprintf(stderr, ", which has the lock on " FOLDER "\n");
}

int lock_take(void)
{
	int fd = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };

	if (fd < 0)
		return -1;
	for (unsigned int waited = 0; flock(fd, LOCK_EX | LOCK_NB); waited += PAUSE_MS) {
		if (waited >= LIMIT_MS || (errno != EWOULDBLOCK && errno != EINTR)) {
			close(fd);
			errno = EWOULDBLOCK;
			return -1;
		}
		if (waited == SILENT_MS)
			tell_holder(find_holder(fd));
		nanosleep(&pause, NULL);
	}
	return fd;
}
