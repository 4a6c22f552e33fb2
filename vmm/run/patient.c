// SPDX-License-Identifier: MIT
#include "vmm/run/patient.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_MS 1000

/* That it interrupts is all. */
static void on_tick(int number)
{
	(void)number;
}

static int write_whole(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written > 0) {
			bytes += written;
			size -= written;
		} else if (!written || errno != EAGAIN ||
			   poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1) < 0) {
			return -1;
		}
	}
	return 0;
}

/* It ticks on: the first may come before the write waits. */
int patient_write(int fd, const char *bytes, size_t size)
{
	const struct itimerval never = { 0 },
			       ticks = { { PATIENCE_MS / 1000, 0 }, { PATIENCE_MS / 1000, 0 } };
	struct itimerval limit; /* the time limit's, which waits as long */
	const struct sigaction tick = { .sa_handler = on_tick };
	struct sigaction old_action;
	sigset_t set, old_set;
	int ret, number;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	setitimer(ITIMER_REAL, &never, &limit);
	sigaction(SIGALRM, &tick, &old_action);
	pthread_sigmask(SIG_UNBLOCK, &set, &old_set);
	setitimer(ITIMER_REAL, &ticks, NULL);
	ret = write_whole(fd, bytes, size);
	number = errno;
	setitimer(ITIMER_REAL, &never, NULL);
	pthread_sigmask(SIG_SETMASK, &old_set, NULL);
	sigaction(SIGALRM, &old_action, NULL);
	setitimer(ITIMER_REAL, &limit, NULL);
	errno = number;
	return ret;
}
