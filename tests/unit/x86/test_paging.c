// SPDX-License-Identifier: MIT
/* A kernel's page tables, walked: levels, sizes of pages, and what leads nowhere. */
#include "arch/x86/paging.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/klog_image.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define PAGE 4096
#define ROOT 20 /* the pages of the image that the tables are in */
#define TABLE(page) (IMAGE_GPA + (page)*PAGE + 0x63)
#define NX (1ULL << 63)

/* The image's kernel is linked for 16 MiB and runs at IMAGE_GPA. */
#define SAY(levels)                                                                  \
	"OSRELEASE=6.1\nSYMBOL(swapper_pg_dir)=ffffffff81014000\nNUMBER(phys_base)=" \
	"1056964608\n" levels
#define FOUR SAY("NUMBER(pgtable_l5_enabled)=0\n")
#define FIVE SAY("NUMBER(pgtable_l5_enabled)=1\n")

static struct klog_image image;

/* Up to five entries, each of the next table's @index. */
static const struct {
	const char *vmcoreinfo;
	uint64_t va;
	struct {
		unsigned int index;
		uint64_t entry;
	} walk[5];
	uint64_t gpa; /* 0: none */
} walks[] = {
	/* The kernel's image by pages of 4 KiB, 2 MiB; the direct map by 1 GiB. */
	{ FOUR,
	  0xffffffff81234567,
	  { { 511, TABLE(21) }, { 510, TABLE(22) }, { 9, TABLE(23) }, { 0x34, 0x98765163 | NX } },
	  0x98765567 },
	{ FOUR,
	  0xffffffff81234567,
	  { { 511, TABLE(21) }, { 510, TABLE(22) }, { 9, 0x986010e3 | NX } },
	  0x98634567 },
	{ FOUR,
	  0xffff88c012345678,
	  { { 0x111, TABLE(21) }, { 0x100, 0x1c00010e3 | NX } },
	  0x1d2345678 },
	{ FIVE,
	  0xff11000012345678,
	  { { 0x111, TABLE(21) },
	    { 0, TABLE(22) },
	    { 0, TABLE(23) },
	    { 0x91, 0x80000000000001e3 | 0x777ULL << 32 } },
	  0x77700145678 },
	{ FIVE,
	  0xffffffff81234567,
	  { { 511, TABLE(21) },
	    { 511, TABLE(22) },
	    { 510, TABLE(23) },
	    { 9, TABLE(24) },
	    { 0x34, 0x98765163 } },
	  0x98765567 },
	{ SAY(""),
	  0xffff88c012345678,
	  { { 0x111, TABLE(21) }, { 0x100, 0x1c00010e3 } },
	  0x1d2345678 },
	/* Not present, at each level; a large page where none can be is a table. */
	{ FOUR, 0xffffffff81234567, { { 511, TABLE(21) & ~1 } }, 0 },
	{ FOUR, 0xffffffff81234567, { { 511, TABLE(21) }, { 510, TABLE(22) & ~1 } }, 0 },
	{ FOUR,
	  0xffffffff81234567,
	  { { 511, TABLE(21) }, { 510, TABLE(22) }, { 9, 0x986010e2 } },
	  0 },
	{ FOUR,
	  0xffffffff81234567,
	  { { 511, TABLE(21) }, { 510, TABLE(22) }, { 9, TABLE(23) }, { 0x34, 0x98765162 } },
	  0 },
	{ FOUR, 0xffffffff81234567, { { 511, TABLE(21) | 0x80 } }, 0 },
	/* Tables that are not RAM, or not there. */
	{ FOUR, 0xffffffff81234567, { { 511, 3 } }, 0 },
	{ FOUR, 0xffffffff81234567, { { 511, -1ULL } }, 0 },
	{ FOUR, 0xffffffff81234567, { { 511, TABLE(30) } }, 0 },
	{ "OSRELEASE=6.1\nSYMBOL(swapper_pg_dir)=ffffffff81014000\n",
	  0xffffffff81234567,
	  { { 0 } },
	  0 },
	{ "OSRELEASE=6.1\nNUMBER(phys_base)=1056964608\n", 0xffffffff81234567, { { 0 } }, 0 },
	{ "SYMBOL(swapper_pg_dir)=1\nNUMBER(phys_base)=-4096\n", 0xffffffff81234567, { { 0 } }, 0 },
};

START_TEST(tables_are_walked)
{
	struct vmcoreinfo info;
	uint64_t gpa = 0;

	klog_image_make(&image);
	strcpy(info.text, walks[_i].vmcoreinfo);
	for (unsigned int i = 0; i < 5 && walks[_i].walk[i].entry; i++)
		memcpy(klog_image_at(&image, ROOT + i, walks[_i].walk[i].index * 8),
		       &walks[_i].walk[i].entry, 8);
	ck_assert_int_eq(paging_gpa(&info, &image.ram, walks[_i].va, &gpa), !!walks[_i].gpa);
	ck_assert_uint_eq(gpa, walks[_i].gpa);
	klog_image_free(&image);
}
END_TEST

Suite *paging_suite(void)
{
	Suite *s = suite_create("paging");
	TCase *tc = tcase_create("paging");

	tcase_add_loop_test(tc, tables_are_walked, 0, COUNT(walks));
	suite_add_tcase(s, tc);
	return s;
}
