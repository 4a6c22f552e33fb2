// SPDX-License-Identifier: MIT
/* The kernel's messages that count. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/klog_tests.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

static const struct {
	const char *line;
	enum klog_kind kind;
} lines[] = {
	{ PANIC, KLOG_PANIC },
	{ "Kernel panic - not syncing", KLOG_PANIC },
	{ "---[ end " PANIC " ]---", KLOG_KINDS },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000000", KLOG_OOPS },
	{ "BUG: unable to handle page fault for address: ffffc90000000000", KLOG_OOPS },
	{ "Oops: 0002 [#1] PREEMPT SMP PTI", KLOG_OOPS },
	{ "Oops: Oops: 0002 [#1] PREEMPT SMP", KLOG_OOPS },
	{ "Oops: general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP",
	  KLOG_OOPS },
	{ "general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP",
	  KLOG_OOPS },
	{ "traps: a[12] general protection fault ip:401 sp:7ff error:0 in a[400+1]", KLOG_KINDS },
	{ "Oops: a[123]: segfault at 0 ip 0 sp 0 error 14", KLOG_KINDS },
	{ "invalid opcode: 0000 [#1] PREEMPT SMP", KLOG_OOPS },
	{ "kernel BUG at mm/slub.c:305!", KLOG_OOPS },
	{ "Unable to handle kernel NULL pointer dereference at virtual address 0", KLOG_OOPS },
	{ "Unable to handle kernel paging request at virtual address ffff", KLOG_OOPS },
	{ "Internal error: Oops: 0000000096000004 [#1] SMP", KLOG_OOPS },
	{ "Internal error: Oops - BUG: 00000000f2000800 [#1] SMP", KLOG_OOPS },
	{ "WARNING: CPU: 0 PID: 1 at kernel/a.c:10 f+0x10/0x20", KLOG_WARNING },
	{ "WARNING: kernel/a.c:10 at f+0x10/0x20, CPU#0: a/1", KLOG_WARNING },
	{ "WARNING: possible circular locking dependency detected", KLOG_WARNING },
	{ "WARNING: suspicious RCU usage", KLOG_WARNING },
	{ "INFO: possible recursive locking detected", KLOG_WARNING },
	{ "INFO: lockdep is turned off.", KLOG_KINDS },
	{ "BUG: KASAN: slab-out-of-bounds in f+0x1/0x2", KLOG_WARNING },
	{ "BUG: KCSAN: data-race in f / g", KLOG_WARNING },
	{ "BUG: KFENCE: use-after-free read in f", KLOG_WARNING },
	{ "BUG: sleeping function called from invalid context at a.c:1", KLOG_WARNING },
	{ "BUG: scheduling while atomic: a/1/0x00000002", KLOG_WARNING },
	{ "BUG: Bad page state in process a  pfn:1", KLOG_WARNING },
	{ "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!",
	  KLOG_WARNING },
	{ "BUG kmalloc-64 (Not tainted): Poison overwritten", KLOG_WARNING },
	{ "UBSAN: shift-out-of-bounds in a.c:1:2", KLOG_WARNING },
	{ "INFO: task a:12 blocked for more than 120 seconds.", KLOG_WARNING },
	{ "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a:1]", KLOG_WARNING },
	{ "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 0", KLOG_WARNING },
	{ "watchdog: Disabling watchdog on nohz_full cores by default", KLOG_KINDS },
	{ "rcu: INFO: rcu_sched self-detected stall on CPU", KLOG_WARNING },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", KLOG_WARNING },
	{ "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }",
	  KLOG_WARNING },
	{ "rcu: Hierarchical RCU implementation.", KLOG_KINDS },
	{ "unregister_netdevice: waiting for lo to become free. Usage count = 2", KLOG_WARNING },
	{ "Linux version 6.1.0", KLOG_KINDS },
	{ "", KLOG_KINDS },
};

START_TEST(lines_are_classified)
{
	ck_assert_int_eq(klog_classify(lines[_i].line), lines[_i].kind);
}
END_TEST

Suite *klog_classify_suite(void)
{
	Suite *s = suite_create("klog_classify");
	TCase *tc = tcase_create("klog_classify");

	tcase_add_loop_test(tc, lines_are_classified, 0, COUNT(lines));
	suite_add_tcase(s, tc);
	return s;
}
