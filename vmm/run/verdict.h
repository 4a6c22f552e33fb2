/* SPDX-License-Identifier: MIT */
/*
 * What became of the guest, decided from all that is known of it once it has stopped. Pure. run.c
 * calls it with what the run's end came from, what init has said and the kernel's own log.
 *
 * The first row that holds is the verdict:
 *
 *	an error or a lack of ours, a signal to us	as it is: the guest is not to blame
 *	a panic: the log has it, or, where the log
 *	cannot be read, the console			panic, 122
 *	an oops in the log, with a command		panic, 122
 *	a triple fault or the like			crash, 123
 *	a time limit					timeout, 124
 *	without a command: power-off			poweroff, 0
 *	                   reset			reboot, 0, or 1 with --reboot-is failure
 *	init could not run the command			error, 125
 *	a part of what it said is lost			error, 125
 *	the command's end, and init's last word		exited, its own, or 128 + its signal
 *	a power-off or reset without these		crash, 123: never a command's success
 *
 * With --fail-on warning what would be 0 is 1 when the log has a warning, and no verdict when it
 * cannot be read.
 */
#ifndef VMM_RUN_VERDICT_H
#define VMM_RUN_VERDICT_H

#include "vmm/guest/channel.h"
#include "vmm/guest/klog.h"
#include "vmm/run/ending.h"

struct verdict {
	const struct outcome *offered; /* ending.offered */
	const struct outcome
		*panic; /* ending.panic, or NULL: the console has said nothing of one */
	const struct channel_state *channel; /* NULL: there is no command */
	const struct klog *klog; /* not found: it cannot be read, or was not */
	bool reboot_is_failure, fail_on_warning;
};

/* @outcome->failed_on is of @v->klog. */
void verdict_decide(const struct verdict *v, struct outcome *outcome);

#endif
