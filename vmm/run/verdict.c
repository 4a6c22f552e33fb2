// SPDX-License-Identifier: MIT
#include "vmm/run/verdict.h"

#include <stdio.h>
#include <string.h>

#define BY_NMI "Kernel panic - not syncing: NMI" /* arch/x86/kernel/nmi.c */
#define MAX_CODE 255
#define MAX_SIGNAL 64

static const char *find_line(const struct klog *klog, enum klog_kind kind)
{
	return klog->found && klog->first[kind] < klog->nr ? klog->lines[klog->first[kind]].text
							   : NULL;
}

/* A kernel that panics on the NMI that a time limit sends it has not panicked by itself. */
static const char *find_panic(const struct verdict *v)
{
	const char *text = find_line(v->klog, KLOG_PANIC);

	if (!v->klog->found)
		return v->panic ? v->panic->message : NULL;
	if (text && v->offered->kind == OUTCOME_TIMEOUT && !strncmp(text, BY_NMI, strlen(BY_NMI)))
		return NULL;
	return text;
}

static const char *find_oops(const struct verdict *v)
{
	return v->channel ? find_line(v->klog, KLOG_OOPS) : NULL;
}

static void add(struct outcome *outcome, const char *text)
{
	size_t length = strlen(outcome->message);

	snprintf(outcome->message + length, sizeof(outcome->message) - length, ": %s", text);
}

static void judge_exit(const struct channel_state *channel, struct outcome *outcome)
{
	const struct frame_exit *end = &channel->end;

	if (end->code > MAX_CODE || end->signal > MAX_SIGNAL) {
		outcome_set(outcome, OUTCOME_CRASH,
			    "the guest crashed: init says that the command ended with %u by "
			    "signal %u",
			    end->code, end->signal);
		return;
	}
	outcome_set(outcome, OUTCOME_EXITED, "%s", channel->error);
	outcome->exit_code = end->code;
	outcome->signal = end->signal;
	outcome->status = end->signal ? 128 + (int)end->signal : (int)end->code;
	if (!end->signal)
		return;
	snprintf(outcome->message, sizeof(outcome->message), "the command was killed by signal %u",
		 end->signal);
	if (sigabbrev_np(end->signal))
		snprintf(outcome->message, sizeof(outcome->message),
			 "the command was killed by SIG%s", sigabbrev_np(end->signal));
}

static void judge_early_end(const struct channel_state *channel, struct outcome *outcome)
{
	static const char *const did[] = {
		[OUTCOME_POWEROFF] = "powered off",
		[OUTCOME_REBOOT] = "rebooted",
		[OUTCOME_EXITED] = "was done",
	};
	const char *before = !channel->hello   ? "it came up to init"
			     : !channel->start ? "the command had started"
			     : !channel->exit  ? "the command had ended"
					       : "init had sent all that it was to";

	outcome_set(outcome, OUTCOME_CRASH, "the guest crashed: it %s before %s",
		    did[outcome->kind], before);
}

static void judge_command(const struct channel_state *channel, struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_CRASH)
		return;
	if (outcome->kind == OUTCOME_TIMEOUT)
		add(outcome, !channel->hello		      ? "the kernel has not come up to init"
			     : !channel->start		      ? "the command has not started"
			     : !channel->exit || channel->cut ? "the command was running"
							      : "init was sending files");
	else if (channel->error[0] && !channel->exit)
		outcome_set(outcome, OUTCOME_ERROR, "%s", channel->error);
	else if (channel->lost)
		outcome_set(outcome, OUTCOME_ERROR,
			    "a part of what the command said is lost: something else in the guest "
			    "writes to /dev/ttyS1");
	else if (channel->exit && channel->done)
		judge_exit(channel, outcome);
	else
		judge_early_end(channel, outcome);
}

static void judge_warnings(const struct klog *klog, struct outcome *outcome)
{
	if (!klog->found) {
		outcome_set(outcome, OUTCOME_ERROR,
			    "--fail-on warning: the kernel's log cannot be read, which takes Linux "
			    "5.10 or later, built for crash dumps: leave it out");
	} else if (klog->nr_warnings) {
		outcome->status = 1;
		outcome->failed_on = klog->lines[klog->warnings[0]].text;
		snprintf(outcome->message, sizeof(outcome->message), "the kernel has warned: %s",
			 outcome->failed_on);
	}
}

void verdict_decide(const struct verdict *v, struct outcome *outcome)
{
	const char *panic = find_panic(v), *oops = find_oops(v);

	*outcome = *v->offered;
	if (outcome_is_ours(outcome) || (outcome->kind == OUTCOME_PANIC && !panic))
		return;
	if (panic)
		outcome_set(outcome, OUTCOME_PANIC, "%s", panic);
	else if (oops)
		outcome_set(outcome, OUTCOME_PANIC, "the kernel oopsed: %s", oops);
	else if (v->channel)
		judge_command(v->channel, outcome);
	else if (outcome->kind == OUTCOME_REBOOT && v->reboot_is_failure) {
		outcome_set(outcome, OUTCOME_REBOOT,
			    "the guest rebooted, which --reboot-is failure");
		outcome->status = 1;
	}
	if (v->fail_on_warning && !outcome->status)
		judge_warnings(v->klog, outcome);
}
