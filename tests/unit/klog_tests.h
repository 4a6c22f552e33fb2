/* SPDX-License-Identifier: MIT */
/* What the suites of the kernel's log share: one image, made for each test, and what is read. */
#ifndef TESTS_UNIT_KLOG_TESTS_H
#define TESTS_UNIT_KLOG_TESTS_H

#include "tests/unit/klog_image.h"
#include "vmm/guest/klog.h"

#define PAGE 4096
#define NOTE (IMAGE_GPA + IMAGE_NOTE * PAGE)
#define TEXT (IMAGE_GPA + IMAGE_TEXT * PAGE)
#define PANIC "Kernel panic - not syncing: why"

extern struct klog_image image;
extern struct klog klog;

/* Before and after each test. */
void klog_set_up(void);
void klog_tear_down(void);

/* Adds a record of the kernel's; returns its id. */
uint64_t add(const char *text);

/* Reads @klog anew. Returns its lines, with "|" after each. */
const char *read_lines(uint64_t vmcoreinfo);

/* How many pages of the image are there. */
unsigned int resident(void);

#endif
