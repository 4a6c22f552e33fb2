/* SPDX-License-Identifier: MIT */
/*
 * Guest memory with a kernel's log in it, as Linux 5.10 to 6.12 have it: VMCOREINFO, page tables,
 * and the printk ring buffer, small. The page tables are right for x86-64 and for arm64, whose
 * entries agree in what is needed here. For unit tests and a fuzzer.
 */
#ifndef TESTS_UNIT_KLOG_IMAGE_H
#define TESTS_UNIT_KLOG_IMAGE_H

#include "mem/ram.h"

#define IMAGE_GPA 0x40000000ULL
#define IMAGE_PAGES 64
#define IMAGE_COUNT_BITS 5
#define IMAGE_SIZE_BITS 12

enum image_page {
	IMAGE_NOTE = 1,
	IMAGE_TEXT, /* that the note is made from */
	IMAGE_TABLES, /* four */
	IMAGE_RING = IMAGE_TABLES + 4,
	IMAGE_DESCS,
	IMAGE_INFOS,
	IMAGE_DATA,
	IMAGE_FREE, /* not there, like 0 */
};

struct klog_image {
	struct layout_range range;
	struct machine machine;
	struct ram ram;
	uint8_t *base;
	uint64_t id, head; /* of the newest descriptor; of the data */
	bool fits_at_end; /* a block may end where the data does: Linux 6.18 */
};

/* What a state is, kernel/printk/printk_ringbuffer.h. */
enum image_state { IMAGE_RESERVED, IMAGE_COMMITTED, IMAGE_FINALIZED, IMAGE_REUSABLE };

void klog_image_make(struct klog_image *image);
void klog_image_free(struct klog_image *image);

/* The host address of @offset in page @page. */
void *klog_image_at(const struct klog_image *image, unsigned int page, size_t offset);

/* Replaces the text of VMCOREINFO, in the note and where it is made from. */
void klog_image_say(struct klog_image *image, const char *text);

/* What it is when made. */
extern const char klog_image_vmcoreinfo[];

/* Adds a record, as the kernel would; returns its id. @ns is 1 ms for each. */
uint64_t klog_image_add(struct klog_image *image, enum image_state state, unsigned int facility,
			const char *text, size_t size);

#endif
