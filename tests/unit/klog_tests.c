// SPDX-License-Identifier: MIT
#include "tests/unit/klog_tests.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct klog_image image;
struct klog klog;

void klog_set_up(void)
{
	klog_image_make(&image);
}

void klog_tear_down(void)
{
	klog_free(&klog);
	klog_image_free(&image);
}

uint64_t add(const char *text)
{
	return klog_image_add(&image, IMAGE_FINALIZED, 0, text, strlen(text));
}

const char *read_lines(uint64_t vmcoreinfo)
{
	static char lines[100000];
	char *end = lines;

	klog_free(&klog);
	klog_read(&klog, &image.ram, vmcoreinfo);
	*end = 0;
	for (size_t i = 0; i < klog.nr; i++)
		end += sprintf(end, "%s|", klog.lines[i].text);
	return lines;
}

unsigned int resident(void)
{
	unsigned char there[IMAGE_PAGES];
	unsigned int nr = 0;

	ck_assert_int_eq(mincore(image.base, IMAGE_PAGES * PAGE, there), 0);
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		nr += there[i] & 1;
	return nr;
}
