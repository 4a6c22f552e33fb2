/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own log, read where it lies: the printk ring buffer in guest memory (kernels from
 * 5.10 on), found by VMCOREINFO, or by its looks while there is none. All of it is what a guest has
 * written: bounded and distrusted. A program can say nothing there in the kernel's name by way of
 * /dev/kmsg; root, and what writes to its memory by other ways, can. run.c asks when the vCPUs have
 * stopped, and wait.c while they run: all is copied first, and then judged.
 */
#ifndef VMM_GUEST_KLOG_H
#define VMM_GUEST_KLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ram;

#define KLOG_WARNINGS 32 /* of them are kept */

enum klog_kind {
	KLOG_PANIC, /* "Kernel panic - not syncing: ..." */
	KLOG_OOPS, /* "BUG: ...", "Oops: ...", "Internal error: ..." */
	KLOG_WARNING, /* WARNING:, BUG:, lockdep, KASAN, UBSAN, hung task, soft lockup, RCU stall */
	KLOG_KINDS,
};

struct klog_line {
	uint64_t ns; /* since boot */
	char *text; /* one line, without its prefix, as text_clean() leaves it */
	enum klog_kind kind; /* KLOG_KINDS: none, as all that a program wrote to /dev/kmsg */
};

struct klog {
	bool found; /* the ring buffer could be read */
	char release[65], build_id[41]; /* "" where VMCOREINFO has none; of older kernels too */
	uint64_t kernel_offset; /* KERNELOFFSET: what KASLR added to vmlinux's addresses */
	struct klog_line *lines; /* oldest first; the newest MiB of text */
	size_t nr;
	size_t first[KLOG_KINDS]; /* the line, or SIZE_MAX */
	size_t warnings[KLOG_WARNINGS]; /* lines of KLOG_WARNING and KLOG_OOPS */
	unsigned int nr_warnings;
};

/*
 * @vmcoreinfo: the address that init named, or 0: it is looked for in all of @ram's pages that are
 * there, and so is the ring itself where no VMCOREINFO leads to it. Never fails: what cannot be
 * read is not found.
 */
void klog_read(struct klog *klog, const struct ram *ram, uint64_t vmcoreinfo);

/* The kind of a line of the kernel's, as klog_read() sees it, or KLOG_KINDS. For consoles too. */
enum klog_kind klog_classify(const char *line);

void klog_free(struct klog *klog);

#endif
