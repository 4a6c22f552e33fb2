// SPDX-License-Identifier: MIT
#include <string.h>

#include "vmm/guest/klog.h"

/*
 * How a message begins, most particular first. From the kernel's sources, and what syzkaller
 * (pkg/report/linux.go) takes for a defect. An oops ends what ran into it, a warning does not.
 */
static const struct {
	enum klog_kind kind;
	const char *begins;
	const char *has; /* later, or NULL */
} messages[] = {
	{ KLOG_PANIC, "Kernel panic - not syncing", NULL },

	/* arch/x86/mm/fault.c, arch/x86/kernel/{dumpstack,traps}.c */
	{ KLOG_OOPS, "BUG: unable to handle ", NULL },
	{ KLOG_OOPS, "BUG: kernel NULL pointer dereference", NULL },
	{ KLOG_OOPS, "BUG: stack guard page was hit", NULL },
	{ KLOG_OOPS, "BUG: TASK stack guard page was hit", NULL },
	{ KLOG_OOPS, "Oops: ", " [#" },
	{ KLOG_OOPS, "general protection fault", " [#" },
	{ KLOG_OOPS, "invalid opcode: ", " [#" },
	{ KLOG_OOPS, "divide error: ", " [#" },
	{ KLOG_OOPS, "stack segment: ", " [#" },
	{ KLOG_OOPS, "PANIC: double fault", NULL },
	/* arch/arm64/mm/fault.c, arch/arm64/kernel/traps.c */
	{ KLOG_OOPS, "Unable to handle kernel ", NULL },
	{ KLOG_OOPS, "Internal error: ", " [#" },
	/* lib/bug.c */
	{ KLOG_OOPS, "kernel BUG at ", NULL },
	{ KLOG_OOPS, "Kernel BUG at ", NULL },

	/* kernel/panic.c, and lockdep's */
	{ KLOG_WARNING, "WARNING: ", NULL },
	/* KASAN, KCSAN, KMSAN, KFENCE, lockdep, might_sleep(), the scheduler, pages, workqueues */
	{ KLOG_WARNING, "BUG: ", NULL },
	{ KLOG_WARNING, "BUG ", "): " }, /* mm/slub.c: "BUG kmalloc-64 (Not tainted): ..." */
	{ KLOG_WARNING, "UBSAN: ", NULL },
	{ KLOG_WARNING, "INFO: task ", " blocked " }, /* kernel/hung_task.c */
	/* kernel/locking/lockdep.c */
	{ KLOG_WARNING, "INFO: possible ", " detected" },
	{ KLOG_WARNING, "INFO: trying to register non-static key", NULL },
	{ KLOG_WARNING, "INFO: suspicious RCU usage", NULL },
	/* kernel/watchdog.c */
	{ KLOG_WARNING, "watchdog: BUG: ", NULL },
	{ KLOG_WARNING, "watchdog: CPU", ": Watchdog detected hard LOCKUP" },
	{ KLOG_WARNING, "Watchdog detected hard LOCKUP", NULL },
	{ KLOG_WARNING, "NMI watchdog: Watchdog detected hard LOCKUP", NULL },
	/* kernel/rcu/tree_stall.h */
	{ KLOG_WARNING, "rcu: INFO: ", " stall" },
	{ KLOG_WARNING, "INFO: rcu_", " stall" },
	{ KLOG_WARNING, "unregister_netdevice: waiting for ", NULL }, /* net/core/dev.c */
};

enum klog_kind klog_classify(const char *line)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (!strncmp(line, messages[i].begins, strlen(messages[i].begins)) &&
		    (!messages[i].has || strstr(line, messages[i].has)))
			return messages[i].kind;
	return KLOG_KINDS;
}
