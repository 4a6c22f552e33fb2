// SPDX-License-Identifier: MIT
/* What became of a guest: which of all that is known of its end counts. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/verdict.h"

#define PANIC "Kernel panic - not syncing: "

/* What the log has, and how far init has come. */
enum log { LOG_UNREAD, LOG_CLEAN, LOG_WARNING, LOG_OOPS, LOG_PANIC, LOG_NMI, NR_LOGS };
enum stage {
	NO_COMMAND,
	BOOTING,
	HELLO,
	STARTED,
	EXITED,
	KILLED,
	NEVER_RAN,
	FILES, /* exited, but not done */
	CUT, /* the same, asked to finish */
	REFUSED, /* an ERROR frame */
	ERROR_ALONE, /* the same, and nothing more */
	DONE_ALONE,
	DAMAGED,
	LOST,
	NR_STAGES
};

static const struct klog_line lines[NR_LOGS] = {
	[LOG_CLEAN] = { .ns = 1, .text = (char[]){ "Linux version 6.12" } },
	[LOG_WARNING] = { .ns = 1, .text = (char[]){ "WARNING: CPU: 0 PID: 1 at a.c:1" } },
	[LOG_OOPS] = { .ns = 1, .text = (char[]){ "BUG: kernel NULL pointer dereference" } },
	[LOG_PANIC] = { .ns = 1, .text = (char[]){ PANIC "sysrq triggered crash" } },
	[LOG_NMI] = { .ns = 1, .text = (char[]){ PANIC "NMI: Not continuing" } },
};

static void make_log(struct klog *klog, enum log log)
{
	*klog = (struct klog){ .found = log != LOG_UNREAD,
			       .lines = (struct klog_line *)lines,
			       .nr = log == LOG_UNREAD ? 0 : NR_LOGS };
	for (unsigned int i = 0; i < KLOG_KINDS; i++)
		klog->first[i] = SIZE_MAX;
	if (log == LOG_PANIC || log == LOG_NMI)
		klog->first[KLOG_PANIC] = log;
	if (log == LOG_OOPS)
		klog->first[KLOG_OOPS] = log;
	if (log == LOG_WARNING)
		klog->first[KLOG_WARNING] = log;
	klog->nr_warnings = log == LOG_WARNING || log == LOG_OOPS;
	klog->warnings[0] = log;
}

static const struct channel_state stages[NR_STAGES] = {
	[HELLO] = { .hello = true },
	[STARTED] = { .hello = true, .start = true },
	[EXITED] = { .hello = true, .start = true, .exit = true, .done = true, .end = { 7, 0 } },
	[KILLED] = { .hello = true,
		     .start = true,
		     .exit = true,
		     .done = true,
		     .end = { 0, SIGSEGV } },
	[NEVER_RAN] = { .hello = true,
			.exit = true,
			.done = true,
			.end = { 127, 0 },
			.error = "a: not found" },
	[FILES] = { .hello = true, .start = true, .exit = true, .end = { 0, 0 } },
	[CUT] = { .hello = true, .start = true, .exit = true, .cut = true, .end = { 0, 9 } },
	[REFUSED] = { .hello = true, .done = true, .error = "no such user" },
	[ERROR_ALONE] = { .hello = true, .error = "no such user" },
	[DONE_ALONE] = { .hello = true, .start = true, .done = true },
	[DAMAGED] = { .hello = true, .start = true, .exit = true, .done = true, .end = { 256, 0 } },
	[LOST] = { .hello = true, .start = true, .exit = true, .done = true, .lost = 1 },
};

static const struct outcome console_panic = { .kind = OUTCOME_PANIC,
					      .message = PANIC "as the console says" };

struct facts {
	enum outcome_kind offered;
	enum log log;
	enum stage stage;
	unsigned int flags;
};

/* The console tells of a panic, --reboot-is failure, --fail-on warning. */
#define CONSOLE 1
#define REBOOT_FAILS 2
#define FAIL_ON 4

/* The log is static: what the outcome names in it stays. */
static void decide(const struct facts *f, struct outcome *outcome)
{
	struct outcome offered;
	struct klog klog;
	const struct verdict v = {
		.offered = &offered,
		.panic = (f->flags & CONSOLE) ? &console_panic : NULL,
		.channel = f->stage == NO_COMMAND ? NULL : &stages[f->stage],
		.klog = &klog,
		.reboot_is_failure = f->flags & REBOOT_FAILS,
		.fail_on_warning = (f->flags & FAIL_ON),
	};

	outcome_set(&offered, f->offered, "as offered");
	make_log(&klog, f->log);
	verdict_decide(&v, outcome);
}

#define NONE NO_COMMAND
#define UNREAD LOG_UNREAD
#define CLEAN LOG_CLEAN

static const struct {
	struct facts facts;
	enum outcome_kind kind;
	int status;
	const char *message;
} cases[] = {
	/* Without a command: as it was. */
	{ { OUTCOME_POWEROFF, UNREAD, NONE, 0 }, OUTCOME_POWEROFF, 0, "as offered" },
	{ { OUTCOME_REBOOT, UNREAD, NONE, 0 }, OUTCOME_REBOOT, 0, "as offered" },
	{ { OUTCOME_REBOOT, CLEAN, NONE, 0 }, OUTCOME_REBOOT, 0, "as offered" },
	{ { OUTCOME_REBOOT, LOG_OOPS, NONE, 0 }, OUTCOME_REBOOT, 0, "as offered" },
	{ { OUTCOME_REBOOT, CLEAN, NONE, REBOOT_FAILS },
	  OUTCOME_REBOOT,
	  1,
	  "the guest rebooted, which --reboot-is failure" },
	{ { OUTCOME_POWEROFF, CLEAN, NONE, REBOOT_FAILS }, OUTCOME_POWEROFF, 0, "as offered" },
	{ { OUTCOME_CRASH, UNREAD, NONE, 0 }, OUTCOME_CRASH, 123, "as offered" },
	{ { OUTCOME_TIMEOUT, UNREAD, NONE, 0 }, OUTCOME_TIMEOUT, 124, "as offered" },
	{ { OUTCOME_ERROR, UNREAD, NONE, 0 }, OUTCOME_ERROR, 125, "as offered" },
	/* A panic that no console has shown. */
	{ { OUTCOME_REBOOT, LOG_PANIC, NONE, 0 },
	  OUTCOME_PANIC,
	  122,
	  PANIC "sysrq triggered crash" },
	{ { OUTCOME_TIMEOUT, LOG_PANIC, NONE, 0 },
	  OUTCOME_PANIC,
	  122,
	  PANIC "sysrq triggered crash" },
	{ { OUTCOME_CRASH, LOG_PANIC, BOOTING, 0 },
	  OUTCOME_PANIC,
	  122,
	  PANIC "sysrq triggered crash" },
	/* What the console says counts where there is no log. */
	{ { OUTCOME_REBOOT, UNREAD, NONE, CONSOLE },
	  OUTCOME_PANIC,
	  122,
	  PANIC "as the console says" },
	{ { OUTCOME_REBOOT, CLEAN, NONE, CONSOLE }, OUTCOME_REBOOT, 0, "as offered" },
	{ { OUTCOME_EXITED, CLEAN, EXITED, CONSOLE }, OUTCOME_EXITED, 7, "" },
	{ { OUTCOME_EXITED, UNREAD, EXITED, CONSOLE },
	  OUTCOME_PANIC,
	  122,
	  PANIC "as the console says" },
	{ { OUTCOME_REBOOT, LOG_PANIC, NONE, CONSOLE },
	  OUTCOME_PANIC,
	  122,
	  PANIC "sysrq triggered crash" },
	/* It was known when the machine was ended: the log has lost it. */
	{ { OUTCOME_PANIC, CLEAN, STARTED, CONSOLE }, OUTCOME_PANIC, 122, "as offered" },
	/* Our own NMI's. */
	{ { OUTCOME_TIMEOUT, LOG_NMI, STARTED, 0 },
	  OUTCOME_TIMEOUT,
	  124,
	  "as offered: the command was running" },
	{ { OUTCOME_REBOOT, LOG_NMI, STARTED, 0 },
	  OUTCOME_PANIC,
	  122,
	  PANIC "NMI: Not continuing" },
	/* The command. */
	{ { OUTCOME_EXITED, UNREAD, EXITED, 0 }, OUTCOME_EXITED, 7, "" },
	{ { OUTCOME_POWEROFF, CLEAN, EXITED, 0 }, OUTCOME_EXITED, 7, "" },
	{ { OUTCOME_REBOOT, CLEAN, EXITED, 0 }, OUTCOME_EXITED, 7, "" },
	{ { OUTCOME_EXITED, CLEAN, KILLED, 0 },
	  OUTCOME_EXITED,
	  139,
	  "the command was killed by SIGSEGV" },
	{ { OUTCOME_EXITED, CLEAN, NEVER_RAN, 0 }, OUTCOME_EXITED, 127, "a: not found" },
	{ { OUTCOME_EXITED, CLEAN, REFUSED, 0 }, OUTCOME_ERROR, 125, "no such user" },
	{ { OUTCOME_REBOOT, CLEAN, ERROR_ALONE, 0 }, OUTCOME_ERROR, 125, "no such user" },
	{ { OUTCOME_EXITED, LOG_OOPS, EXITED, 0 },
	  OUTCOME_PANIC,
	  122,
	  "the kernel oopsed: BUG: kernel NULL pointer dereference" },
	{ { OUTCOME_TIMEOUT, LOG_OOPS, STARTED, 0 },
	  OUTCOME_PANIC,
	  122,
	  "the kernel oopsed: BUG: kernel NULL pointer dereference" },
	{ { OUTCOME_CRASH, CLEAN, EXITED, 0 }, OUTCOME_CRASH, 123, "as offered" },
	{ { OUTCOME_EXITED, CLEAN, LOST, 0 },
	  OUTCOME_ERROR,
	  125,
	  "a part of what the command said is lost: something else in the guest writes to "
	  "/dev/ttyS1" },
	/* How far it came. */
	{ { OUTCOME_TIMEOUT, CLEAN, BOOTING, 0 },
	  OUTCOME_TIMEOUT,
	  124,
	  "as offered: the kernel has not come up to init" },
	{ { OUTCOME_TIMEOUT, CLEAN, HELLO, 0 },
	  OUTCOME_TIMEOUT,
	  124,
	  "as offered: the command has not started" },
	{ { OUTCOME_TIMEOUT, CLEAN, FILES, 0 },
	  OUTCOME_TIMEOUT,
	  124,
	  "as offered: init was sending files" },
	{ { OUTCOME_TIMEOUT, CLEAN, CUT, 0 },
	  OUTCOME_TIMEOUT,
	  124,
	  "as offered: the command was running" },
	{ { OUTCOME_REBOOT, CLEAN, BOOTING, 0 },
	  OUTCOME_CRASH,
	  123,
	  "the guest crashed: it rebooted before it came up to init" },
	{ { OUTCOME_POWEROFF, CLEAN, HELLO, 0 },
	  OUTCOME_CRASH,
	  123,
	  "the guest crashed: it powered off before the command had started" },
	{ { OUTCOME_REBOOT, CLEAN, STARTED, 0 },
	  OUTCOME_CRASH,
	  123,
	  "the guest crashed: it rebooted before the command had ended" },
	{ { OUTCOME_POWEROFF, CLEAN, FILES, 0 },
	  OUTCOME_CRASH,
	  123,
	  "the guest crashed: it powered off before init had sent all that it was to" },
	{ { OUTCOME_EXITED, CLEAN, DONE_ALONE, 0 },
	  OUTCOME_CRASH,
	  123,
	  "the guest crashed: it was done before the command had ended" },
	{ { OUTCOME_EXITED, CLEAN, DAMAGED, 0 },
	  OUTCOME_CRASH,
	  123,
	  "the guest crashed: init says that the command ended with 256 by signal 0" },
	/* Warnings. */
	{ { OUTCOME_POWEROFF, LOG_WARNING, NONE, 0 }, OUTCOME_POWEROFF, 0, "as offered" },
	{ { OUTCOME_POWEROFF, LOG_WARNING, NONE, FAIL_ON },
	  OUTCOME_POWEROFF,
	  1,
	  "the kernel has warned: WARNING: CPU: 0 PID: 1 at a.c:1" },
	{ { OUTCOME_EXITED, LOG_WARNING, EXITED, FAIL_ON }, OUTCOME_EXITED, 7, "" },
	{ { OUTCOME_POWEROFF, CLEAN, NONE, FAIL_ON }, OUTCOME_POWEROFF, 0, "as offered" },
	{ { OUTCOME_POWEROFF, UNREAD, NONE, FAIL_ON },
	  OUTCOME_ERROR,
	  125,
	  "--fail-on warning: the kernel's log cannot be read, which takes Linux 5.10 or later, "
	  "built for crash dumps: leave it out" },
};

START_TEST(end_is_judged)
{
	struct outcome outcome;

	decide(&cases[_i].facts, &outcome);
	ck_assert_str_eq(outcome.message, cases[_i].message);
	ck_assert_str_eq(outcome_name(outcome.kind), outcome_name(cases[_i].kind));
	ck_assert_int_eq(outcome.status, cases[_i].status);
	ck_assert((outcome.failed_on != NULL) ==
		  (outcome.status == 1 && cases[_i].facts.flags & FAIL_ON));
}
END_TEST

START_TEST(exit_has_its_parts)
{
	struct outcome outcome;

	decide(&(struct facts){ OUTCOME_EXITED, CLEAN, EXITED, 0 }, &outcome);
	ck_assert_uint_eq(outcome.exit_code, 7);
	ck_assert_uint_eq(outcome.signal, 0);
	decide(&(struct facts){ OUTCOME_EXITED, CLEAN, KILLED, 0 }, &outcome);
	ck_assert_uint_eq(outcome.signal, SIGSEGV);
}
END_TEST

/* The table of verdict.h, row by row: the first that holds. */
static enum outcome_kind by_table(const struct facts *f)
{
	const struct channel_state *c = &stages[f->stage];
	bool command = f->stage != NO_COMMAND;
	bool nmi = f->log == LOG_NMI && f->offered != OUTCOME_TIMEOUT;

	if (f->offered == OUTCOME_ERROR || f->offered == OUTCOME_CONTENTION)
		return f->offered;
	if (f->offered == OUTCOME_PANIC || f->log == LOG_PANIC || nmi ||
	    (f->log == LOG_UNREAD && (f->flags & CONSOLE)) || (f->log == LOG_OOPS && command))
		return OUTCOME_PANIC;
	if (!command || f->offered == OUTCOME_CRASH || f->offered == OUTCOME_TIMEOUT)
		return f->offered;
	if ((c->error[0] && !c->exit) || c->lost)
		return OUTCOME_ERROR;
	return c->done && c->exit && c->end.code < 256 ? OUTCOME_EXITED : OUTCOME_CRASH;
}

static void check_facts(const struct facts *f)
{
	enum outcome_kind want = by_table(f);
	struct outcome outcome;

	if (f->offered == OUTCOME_EXITED && f->stage == NO_COMMAND)
		return; /* there is none to exit */
	decide(f, &outcome);
	if ((f->flags & FAIL_ON) && f->log == LOG_UNREAD && outcome.kind != want)
		ck_assert(outcome.status == 125 && want != OUTCOME_CRASH && want != OUTCOME_PANIC);
	else
		ck_assert_msg(outcome.kind == want, "%s, log %d, stage %d, console %d: %s",
			      outcome_name(f->offered), f->log, f->stage, (f->flags & CONSOLE),
			      outcome_name(outcome.kind));
	/* Nothing but its own clean end is a command's success. */
	if (f->stage != NO_COMMAND)
		ck_assert(outcome.status);
	ck_assert(outcome.message[0] || outcome.kind == OUTCOME_EXITED);
}

START_TEST(table_holds)
{
	struct facts f;

	for (f.offered = 0; f.offered <= OUTCOME_ERROR; f.offered++)
		for (f.log = 0; f.log < NR_LOGS; f.log++)
			for (f.stage = 0; f.stage < NR_STAGES; f.stage++)
				for (f.flags = 0; f.flags < 8; f.flags++)
					check_facts(&f);
}
END_TEST

Suite *verdict_suite(void)
{
	Suite *s = suite_create("verdict");
	TCase *tc = tcase_create("verdict");

	tcase_add_loop_test(tc, end_is_judged, 0, COUNT(cases));
	tcase_add_test(tc, exit_has_its_parts);
	tcase_add_test(tc, table_holds);
	suite_add_tcase(s, tc);
	return s;
}
