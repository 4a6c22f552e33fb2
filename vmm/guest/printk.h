/* SPDX-License-Identifier: MIT */
/*
 * The records of the printk ring buffer (kernel/printk/printk_ringbuffer.h, from Linux 5.10 on) in
 * the memory of a guest, by the offsets that VMCOREINFO names. klog.c reads them.
 * Whatever is there, no more is read than the ring can hold, and only RAM that is there.
 */
#ifndef VMM_GUEST_PRINTK_H
#define VMM_GUEST_PRINTK_H

#include "vmm/guest/vmcoreinfo.h"

#define PRINTK_TEXT_MAX UINT16_MAX /* bytes, by the type of printk_info.text_len */

struct printk_record {
	uint64_t ns; /* since boot */
	bool user; /* of another facility than LOG_KERN: written by a program, to /dev/kmsg */
	size_t size; /* bytes of text, which may be any */
	char text[PRINTK_TEXT_MAX];
};

/* Takes a record; returns false when it wants no more. */
typedef bool printk_take(void *opaque, const struct printk_record *record);

/*
 * Calls @take with each record, newest first, until it returns false. A record that a CPU was
 * stopped in the middle of, or that is overwritten, is left out. Returns false when there is no
 * ring that could be read.
 */
bool printk_read(const struct vmcoreinfo *info, const struct ram *ram, printk_take *take,
		 void *opaque);

/*
 * The same without VMCOREINFO, which is not there until the kernel's subsys_initcall()s and not in
 * every kernel: the ring is known by its first record, "Linux version ...", and must be as Linux
 * 5.10 to 6.12 have it, and not have wrapped. Looks for two seconds at most.
 */
bool printk_find(const struct ram *ram, printk_take *take, void *opaque);

#endif
