// SPDX-License-Identifier: MIT
#include "vmm/run/progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WIDTH 30
#define QUIET_SECONDS 1.0
#define ERASE_LINE "\r\033[K"

static volatile sig_atomic_t shown;

void progress_show(uint64_t done, uint64_t total)
{
	static const char full[] = "##############################",
			  none[] = "                              ";
	static struct timespec start; /* of this populating */
	int filled = (double)done / total * WIDTH;
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!done)
		start = now;
	seconds = (now.tv_sec - start.tv_sec) + (now.tv_nsec - start.tv_nsec) / 1e9;
	if (seconds < QUIET_SECONDS || !isatty(STDERR_FILENO))
		return;
	if (done == total)
		fputs(ERASE_LINE, stderr);
	else
		fprintf(stderr, "\rnumavm: populating [%.*s%.*s] %3.0f %%  %.1f GiB/s", filled,
			full, WIDTH - filled, none, 100.0 * done / total,
			done / seconds / (1 << 30));
	fflush(stderr);
	shown = done < total;
}

void progress_hide(void)
{
	if (shown && write(STDERR_FILENO, ERASE_LINE, strlen(ERASE_LINE)) < 0)
		return; /* then it stays */
}
