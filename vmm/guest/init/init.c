// SPDX-License-Identifier: MIT
/*
 * The guest's first process. It runs one command as vmm/guest/job.h says, and tells the host what
 * becomes of it (vmm/guest/frame.h). Nothing that the command does may end it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/guest/init/command.h"
#include "vmm/guest/init/files.h"
#include "vmm/guest/init/job.h"
#include "vmm/guest/init/link.h"
#include "vmm/guest/init/module.h"
#include "vmm/guest/init/mount.h"
#include "vmm/guest/init/network.h"
#include "vmm/guest/init/stream.h"
#include "vmm/guest/init/text.h"
#include "vmm/guest/job.h"

#define HOST_MS 5000 /* for the host to end the machine */

static _Noreturn void power_off(void)
{
	reboot(RB_POWER_OFF);
	for (;;)
		pause(); /* the end of init is a panic */
}

/* Without a link the kernel's log is all that there is: the console and reports have it. */
static _Noreturn void give_up(const char *why, const char *cure)
{
	const char *line = text_join("<3>numavm init: ", why, ": ", strerror(errno), cure, "\n");
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	(void)!write(fd, line, strlen(line));
	power_off();
}

static void say_hello(void)
{
	/* Address and size, in hexadecimal: Documentation/ABI/testing/sysfs-kernel-vmcoreinfo */
	const char *vmcoreinfo = text_read("/sys/kernel/vmcoreinfo", &(size_t){ 0 });
	struct frame_hello hello = { .fast = link_is_fast() };
	struct utsname name;

	if (vmcoreinfo)
		hello.vmcoreinfo = strtoull(vmcoreinfo, NULL, 16);
	if (uname(&name) == 0)
		strncpy(hello.release, name.release, sizeof(hello.release) - 1);
	link_send(FRAME_HELLO, 0, &hello, sizeof(hello));
	link_flush();
}

static void say_exit(int status)
{
	struct frame_exit end = { 0 };

	if (status < 0)
		return link_say(FRAME_WARNING,
				"the command was killed and does not end: it is in the "
				"kernel");
	if (WIFSIGNALED(status))
		end.signal = WTERMSIG(status);
	else
		end.code = WEXITSTATUS(status);
	link_send(FRAME_EXIT, 0, &end, sizeof(end));
}

static void do_job(struct job *job)
{
	const char *error = module_load(&job->modules);
	struct command command;

	if (error)
		return link_say(FRAME_ERROR, error);
	switch (command_start(&command, job)) {
	case COMMAND_NO_VERDICT:
		return;
	case COMMAND_RUNS:
		say_exit(stream_run(&command));
		break;
	case COMMAND_NEVER_RAN:
		break;
	}
	files_send(job);
}

int main(void)
{
	struct job job = { 0 };

	if (getpid() != 1)
		return 1;
	mount_all();
	if (!job_read(&job))
		give_up(JOB_PATH, "");
	network_up(job.hostname);
	stream_begin();
	if (link_open(job.key, job.port))
		give_up("/dev/ttyS1, the way to the host",
			"; the kernel needs CONFIG_SERIAL_8250, with 8250.nr_uarts=2 or more");
	say_hello();
	do_job(&job);
	link_send(FRAME_DONE, 0, NULL, 0);
	link_close();
	if (job.poweroff)
		sync();
	else
		poll(NULL, 0, HOST_MS);
	power_off();
}
