// SPDX-License-Identifier: MIT
/* A kernel's translation tables, walked: granules, levels, blocks, and what leads nowhere. */
#include "arch/arm64/vmsa.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/klog_image.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define PAGE 4096
#define ROOT 32 /* pages of the image: tables of 64 KiB are aligned there */
#define TABLE(page) (IMAGE_GPA + (page)*PAGE + 3)
#define ATTRIBUTES 0x0068000000000700ULL

#define SAY(page, bits, t1sz)                                                         \
	"OSRELEASE=6.1\nPAGESIZE=" page "\nSYMBOL(swapper_pg_dir)=ffff800008020000\n" \
	"NUMBER(VA_BITS)=" bits "\nNUMBER(kimage_voffset)=0xffff7fffc8000000\n" t1sz
#define T1SZ(hex) "NUMBER(TCR_EL1_T1SZ)=" hex "\n"

static struct klog_image image;

static const struct {
	const char *vmcoreinfo;
	uint64_t va;
	struct {
		unsigned int page, index;
		uint64_t entry;
	} walk[5];
	uint64_t gpa; /* 0: none */
} walks[] = {
	/* 4 KiB and 48 bits: a page, blocks of 2 MiB and 1 GiB. */
	{ SAY("4096", "48", T1SZ("0x10")),
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) },
	    { 33, 2, TABLE(34) },
	    { 34, 9, TABLE(35) },
	    { 35, 0x34, 0x98765003 | ATTRIBUTES } },
	  0x98765567 },
	{ SAY("4096", "48", T1SZ("0x10")),
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) }, { 33, 2, TABLE(34) }, { 34, 9, 0x98600001 | ATTRIBUTES } },
	  0x98634567 },
	{ SAY("4096", "48", ""),
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) }, { 33, 2, 0x1c0000001 | ATTRIBUTES } },
	  0x1c1234567 },
	/* 39 bits: three levels. */
	{ SAY("4096", "39", T1SZ("0x19")),
	  0xffffffc081234567,
	  { { 32, 0x102, TABLE(33) }, { 33, 9, TABLE(34) }, { 34, 0x34, 0x98765003 } },
	  0x98765567 },
	/* 52 bits: five; on a CPU of 48 four. */
	{ SAY("4096", "52", T1SZ("0xc")),
	  0xffff800081234567,
	  { { 32, 0xf, TABLE(33) },
	    { 33, 0x100, TABLE(34) },
	    { 34, 2, TABLE(35) },
	    { 35, 9, TABLE(36) },
	    { 36, 0x34, 0x98765003 } },
	  0x98765567 },
	{ SAY("4096", "52", T1SZ("0x10")),
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) },
	    { 33, 2, TABLE(34) },
	    { 34, 9, TABLE(35) },
	    { 35, 0x34, 0x98765003 } },
	  0x98765567 },
	/* 64 KiB: three levels of 8192 entries, of which the first has 64, or 1024. */
	{ SAY("65536", "48", T1SZ("0x10")),
	  0xffff800021234567,
	  { { 32, 0x20, TABLE(48) }, { 48, 1, 0x540000001 | ATTRIBUTES } },
	  0x541234567 },
	{ SAY("65536", "52", T1SZ("0x10")),
	  0xffff800021234567,
	  { { 33, 0x1e0, TABLE(48) }, { 48, 1, 0x540000001 } },
	  0x541234567 },
	{ SAY("65536", "52", T1SZ("0xc")),
	  0xffff800001234567,
	  { { 33, 0x1e0, TABLE(48) }, { 48, 0, TABLE(32) }, { 32, 0x123, 0x98760003 } },
	  0x98764567 },
	/* 16 KiB and 47 bits: three levels of 2048. */
	{ SAY("16384", "47", T1SZ("0x11")),
	  0xffffc00001234567,
	  { { 32, 0x400, TABLE(36) }, { 36, 0, TABLE(40) }, { 40, 0x48d, 0x98764003 } },
	  0x98764567 },
	/* Not valid; a block at the last level; tables that are not RAM, or not there. */
	{ SAY("4096", "48", T1SZ("0x10")),
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) & ~1 } },
	  0 },
	{ SAY("4096", "48", T1SZ("0x10")),
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) },
	    { 33, 2, TABLE(34) },
	    { 34, 9, TABLE(35) },
	    { 35, 0x34, 0x98765001 } },
	  0 },
	{ SAY("4096", "48", T1SZ("0x10")), 0xffff800081234567, { { 32, 0x100, 3 } }, 0 },
	{ SAY("4096", "48", T1SZ("0x10")), 0xffff800081234567, { { 32, 0x100, -1ULL } }, 0 },
	{ SAY("4096", "48", T1SZ("0x10")), 0xffff800081234567, { { 32, 0x100, TABLE(60) } }, 0 },
	/* Figures that no kernel has. */
	{ SAY("0", "48", T1SZ("0x10")), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ SAY("8192", "48", T1SZ("0x10")), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ SAY("4096", "64", T1SZ("0x10")), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ SAY("4096", "0", ""), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ SAY("4096", "36", T1SZ("0xc")), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ SAY("4096", "52", T1SZ("0x0")), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ SAY("4096", "52", T1SZ("0x3f")), 0xffff800081234567, { { 32, 0x100, TABLE(33) } }, 0 },
	{ "PAGESIZE=4096\nNUMBER(VA_BITS)=48\n",
	  0xffff800081234567,
	  { { 32, 0x100, TABLE(33) } },
	  0 },
};

START_TEST(tables_are_walked)
{
	struct vmcoreinfo info;
	uint64_t gpa = 0;

	klog_image_make(&image);
	strcpy(info.text, walks[_i].vmcoreinfo);
	for (unsigned int i = 0; i < 5; i++)
		if (walks[_i].walk[i].entry)
			memcpy(klog_image_at(&image, walks[_i].walk[i].page,
					     walks[_i].walk[i].index * 8),
			       &walks[_i].walk[i].entry, 8);
	ck_assert_int_eq(vmsa_gpa(&info, &image.ram, walks[_i].va, &gpa), !!walks[_i].gpa);
	ck_assert_uint_eq(gpa, walks[_i].gpa);
	klog_image_free(&image);
}
END_TEST

Suite *vmsa_suite(void)
{
	Suite *s = suite_create("vmsa");
	TCase *tc = tcase_create("vmsa");

	tcase_add_loop_test(tc, tables_are_walked, 0, COUNT(walks));
	suite_add_tcase(s, tc);
	return s;
}
