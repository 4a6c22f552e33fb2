// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/guest/init/link.h"
#include "vmm/guest/init/module.h"
#include "vmm/guest/init/text.h"
#include "vmm/guest/job.h"

static int load_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int failed = fd < 0 || syscall(SYS_finit_module, fd, "", 0);

	if (fd >= 0)
		close(fd);
	return failed && errno != EEXIST ? -1 : 0; /* one that is built in, or there already */
}

const char *module_load(const struct job_list *files)
{
	const char *file, *path, *why;
	size_t i;

	for (i = 0; i < files->nr; i++) {
		file = files->items[i];
		path = text_join(JOB_MODULES "/", file + 1);
		if (!load_file(path)) {
			unlink(path);
			continue;
		}
		why = strerror(errno);
		why = text_join("module ", file + 1, ": ", why, "; the kernel's log may say more");
		if (*file == JOB_MODULE)
			return why;
		link_say(FRAME_WARNING, why);
	}
	return NULL;
}
