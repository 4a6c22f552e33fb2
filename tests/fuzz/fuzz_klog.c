// SPDX-License-Identifier: MIT
/*
 * A guest's memory of which any bytes are changed: nothing is read that is not its RAM, no page is
 * made, and what comes out is bounded lines of clean text. The input: records as the kernel would
 * add them, then bytes to change {where, 3 bytes; how many; which}.
 */
#include <string.h>
#include <sys/mman.h>

#include "arch/arm64/vmsa.h"
#include "arch/x86/paging.h"
#include "tests/fuzz/support.h"
#include "tests/unit/klog_image.h"
#include "vmm/guest/klog.h"

#define PAGE 4096
#define PAGES_THERE IMAGE_FREE

static struct klog_image image;

static void add_records(struct bytes *bytes)
{
	unsigned int nr = fuzz_byte(bytes) % 80;

	image.fits_at_end = fuzz_byte(bytes) & 1;
	while (nr-- && bytes->left) {
		uint8_t kind = fuzz_byte(bytes);
		size_t size = fuzz_byte(bytes) * (kind & 0x10 ? 8 : 1);

		if (size > bytes->left)
			size = bytes->left;
		klog_image_add(&image, kind & 0x40 ? IMAGE_FINALIZED : kind & 3, kind & 4,
			       (const char *)bytes->at, size);
		bytes->at += size;
		bytes->left -= size;
	}
}

static void change_memory(struct bytes *bytes)
{
	while (bytes->left) {
		unsigned int page = fuzz_byte(bytes) % PAGES_THERE;
		unsigned int offset = fuzz_below(bytes, PAGE);
		size_t size = fuzz_byte(bytes) % 32 + 1;

		if (!page)
			continue;
		if (size > PAGE - offset)
			size = PAGE - offset;
		for (uint8_t *at = klog_image_at(&image, page, offset); size--; at++)
			*at = fuzz_byte(bytes);
	}
}

static void check_line(const struct klog_line *line)
{
	must(line->kind <= KLOG_KINDS);
	for (const char *at = line->text; *at; at++)
		must((unsigned char)*at >= ' ' && *at != 0x7f);
}

static void check(const struct klog *klog)
{
	must(klog->found == !!klog->nr);
	must(klog->nr <= 65536 && klog->nr_warnings <= KLOG_WARNINGS);
	for (size_t i = 0; i < klog->nr; i++)
		check_line(&klog->lines[i]);
	for (unsigned int i = 0; i < KLOG_KINDS; i++)
		must(klog->first[i] == SIZE_MAX ||
		     (klog->first[i] < klog->nr && klog->lines[klog->first[i]].kind == i));
	for (unsigned int i = 0; i < klog->nr_warnings; i++)
		must(klog->warnings[i] < klog->nr);
	must(memchr(klog->release, 0, sizeof(klog->release)));
	must(memchr(klog->build_id, 0, sizeof(klog->build_id)));
}

static void check_pages(void)
{
	unsigned char there[IMAGE_PAGES];

	must(!mincore(image.base, sizeof(there) * PAGE, there));
	must(!(there[0] & 1));
	for (unsigned int i = PAGES_THERE; i < IMAGE_PAGES; i++)
		must(!(there[i] & 1));
}

/* Both architectures' tables, of whatever VMCOREINFO now says that they are. */
static void walk(uint64_t va)
{
	static struct vmcoreinfo info;
	uint64_t gpa;

	if (!vmcoreinfo_read(&info, &image.ram, IMAGE_GPA + IMAGE_TEXT * PAGE))
		return;
	paging_gpa(&info, &image.ram, va, &gpa);
	vmsa_gpa(&info, &image.ram, va, &gpa);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	struct klog klog;
	uint64_t named, va;

	klog_image_make(&image);
	named = fuzz_byte(&bytes) & 1 ? IMAGE_GPA + IMAGE_NOTE * PAGE : 0;
	va = -(uint64_t)fuzz_below(&bytes, 0x10000) * PAGE * fuzz_byte(&bytes);
	add_records(&bytes);
	change_memory(&bytes);
	klog_read(&klog, &image.ram, named);
	check(&klog);
	walk(va);
	check_pages();
	klog_free(&klog);
	klog_image_free(&image);
	return 0;
}
