// SPDX-License-Identifier: MIT
/* Files of 64-bit ELF, written by offsets of the System V ABI's chapter 4. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86/elf.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define PHDR(i) (64 + 56 * (i))
#define FILE_SIZE 1024

static void put(uint8_t *at, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		at[i] = value >> (8 * i);
}

static void put_segment(uint8_t *file, unsigned int i, uint32_t type, const uint64_t v[4])
{
	put(file + PHDR(i), type, 4);
	put(file + PHDR(i) + 8, v[0], 8); /* p_offset */
	put(file + PHDR(i) + 16, 0xffffffff81000000, 8);
	put(file + PHDR(i) + 24, v[1], 8); /* p_paddr */
	put(file + PHDR(i) + 32, v[2], 8); /* p_filesz */
	put(file + PHDR(i) + 40, v[3], 8); /* p_memsz */
}

/* Two segments to load, and one of notes between them. */
static void make_elf(uint8_t file[FILE_SIZE])
{
	memset(file, 0, FILE_SIZE);
	memcpy(file,
	       "\x7f"
	       "ELF\2\1\1",
	       7);
	put(file + 16, 2, 2); /* ET_EXEC */
	put(file + 18, 62, 2); /* x86-64 */
	put(file + 24, 0x1000100, 8); /* e_entry */
	put(file + 32, 64, 8); /* e_phoff */
	put(file + 54, 56, 2); /* e_phentsize */
	put(file + 56, 3, 2); /* e_phnum */
	put_segment(file, 0, 1, (uint64_t[]){ 512, 0x1000000, 256, 4096 });
	put_segment(file, 1, 4, (uint64_t[]){ 0, 0, 0x7fffffff, 0x7fffffff });
	put_segment(file, 2, 1, (uint64_t[]){ 768, 0x2000000, 256, 256 });
}

/* As kernel.c does it. */
static int parse_elf(const uint8_t *file, uint64_t size, struct kernel *image, struct error *err)
{
	struct elf_table table;

	if (elf_parse(file, size, image, &table, err))
		return -1;
	ck_assert_uint_eq(table.size, table.nr * 56);
	ck_assert(table.offset <= size && table.size <= size - table.offset);
	return elf_parse_segments(file + table.offset, table.nr, size, image, err);
}

START_TEST(segments_are_read)
{
	uint8_t file[FILE_SIZE];
	struct kernel image;
	struct error err = { 0 };

	make_elf(file);
	ck_assert_int_eq(kernel_file_format(file, FILE_SIZE), KERNEL_VMLINUX_X86);
	ck_assert_msg(!parse_elf(file, FILE_SIZE, &image, &err), "%s", err.text);
	ck_assert_uint_eq(image.entry, 0x1000100);
	ck_assert_uint_eq(image.nr, 2);
	ck_assert_uint_eq(image.segments[0].offset, 512);
	ck_assert_uint_eq(image.segments[0].gpa, 0x1000000);
	ck_assert_uint_eq(image.segments[0].file_size, 256);
	ck_assert_uint_eq(image.segments[0].size, 4096);
	ck_assert_uint_eq(image.segments[1].offset, 768);
	ck_assert_uint_eq(image.segments[1].size, 256);
}
END_TEST

/* One change to a good file: @bytes at @offset become @value. */
static const struct {
	unsigned int offset, bytes;
	uint64_t value;
	const char *says; /* NULL: still good */
} changes[] = {
	{ 4, 1, 1, "another machine" }, /* 32-bit */
	{ 18, 2, 183, "an arm64 vmlinux: give an x86-64 kernel" },
	{ 18, 2, 243, "another machine: give an x86-64 kernel" }, /* RISC-V */
	{ 16, 2, 1, "no executable" }, /* ET_REL */
	{ 16, 2, 4, "no executable" }, /* ET_CORE */
	{ 16, 2, 3, NULL }, /* ET_DYN */
	{ 54, 2, 55, "program headers" },
	{ 54, 2, 0, "program headers" },
	{ 56, 2, 0, "nothing to load" },
	{ 56, 2, 17, NULL }, /* up to the file's last byte but 8; zeros are PT_NULL */
	{ 56, 2, 18, "program headers" },
	{ 56, 2, 0xffff, "program headers" },
	{ 32, 8, 1025, "program headers" },
	{ 32, 8, UINT64_MAX, "program headers" },
	{ 32, 8, UINT64_MAX - 100, "program headers" },
	{ 32, 8, 900, "program headers" },
	{ PHDR(0) + 8, 8, 768, NULL },
	{ PHDR(0) + 8, 8, 769, "0x1000000 lies outside" },
	{ PHDR(0) + 8, 8, 1025, "lies outside" },
	{ PHDR(0) + 8, 8, UINT64_MAX - 100, "lies outside" },
	{ PHDR(0) + 32, 8, 513, "lies outside" },
	{ PHDR(0) + 32, 8, UINT64_MAX, "lies outside" },
	{ PHDR(2) + 40, 8, 255, "0x2000000 lies outside" }, /* less in memory than in the file */
	{ PHDR(0) + 24, 8, UINT64_MAX - 4095, "wraps around" },
	{ PHDR(0) + 24, 8, UINT64_MAX - 4096, NULL },
	{ PHDR(0) + 40, 8, UINT64_MAX, "wraps around" },
	{ PHDR(0) + 40, 8, 0, NULL }, /* an empty one is none */
};

START_TEST(changed_file)
{
	uint8_t file[FILE_SIZE];
	struct kernel image;
	struct error err = { 0 };

	make_elf(file);
	put(file + changes[_i].offset, changes[_i].value, changes[_i].bytes);
	if (changes[_i].offset == 56)
		memset(file + PHDR(3), 0, FILE_SIZE - PHDR(3));
	ck_assert_int_eq(parse_elf(file, FILE_SIZE, &image, &err), changes[_i].says ? -1 : 0);
	if (changes[_i].says)
		ck_assert_msg(strstr(err.text, changes[_i].says) != NULL, "%s", err.text);
}
END_TEST

/* Sums that are small again modulo 2^64. */
START_TEST(file_size_wraps)
{
	uint8_t file[FILE_SIZE];
	struct kernel image;
	struct error err = { 0 };

	make_elf(file);
	put_segment(file, 0, 1, (uint64_t[]){ 512, 0, UINT64_MAX - 100, UINT64_MAX - 100 });
	ck_assert_int_eq(parse_elf(file, FILE_SIZE, &image, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "lies outside"));
	ck_assert_int_eq(parse_elf(file, 63, &image, &err), -1);
	ck_assert_str_eq(err.text, "truncated: 63 bytes");
}
END_TEST

START_TEST(segments_are_limited)
{
	static uint8_t file[4096];
	struct kernel image;
	struct error err = { 0 };

	make_elf(file);
	for (unsigned int i = 0; i <= KERNEL_MAX_SEGMENTS; i++)
		put_segment(file, i, 1, (uint64_t[]){ 0, i * MIB, 16, 16 });
	put(file + 56, KERNEL_MAX_SEGMENTS, 2);
	ck_assert_int_eq(parse_elf(file, sizeof(file), &image, &err), 0);
	ck_assert_uint_eq(image.nr, KERNEL_MAX_SEGMENTS);
	put(file + 56, KERNEL_MAX_SEGMENTS + 1, 2);
	ck_assert_int_eq(parse_elf(file, sizeof(file), &image, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "32"));
}
END_TEST

/* The first segment is at 16 MiB to 16 MiB + 4 KiB. */
static const struct {
	uint64_t gpa, size;
	bool overlaps;
} seconds[] = {
	{ 0x1000000, 4096, true }, /* the same */
	{ 0x0fff000, 4096, false }, /* up to its first byte */
	{ 0x0fff000, 4097, true },	 { 0x1001000, 4096, false }, /* from its last byte on */
	{ 0x1000fff, 1, true },		 { 0x1000800, 16, true }, /* within it */
	{ 0x0800000, 0x1000000, true }, /* around it */
	{ 0x0000000, UINT64_MAX, true },
};

START_TEST(segments_do_not_overlap)
{
	uint8_t file[FILE_SIZE];
	struct kernel image;
	struct error err = { 0 };
	char text[100];

	make_elf(file);
	put_segment(file, 2, 1, (uint64_t[]){ 768, seconds[_i].gpa, 0, seconds[_i].size });
	ck_assert_int_eq(parse_elf(file, FILE_SIZE, &image, &err), seconds[_i].overlaps ? -1 : 0);
	snprintf(text, sizeof(text), "damaged: segment at 0x%llx overlaps the one at 0x1000000",
		 (unsigned long long)seconds[_i].gpa);
	ck_assert_str_eq(err.text, seconds[_i].overlaps ? text : "");
}
END_TEST

/* Parses a copy of its very size, so that a sanitizer sees a byte too many. */
static int parse_copy(const uint8_t *file, size_t size)
{
	uint8_t *copy = xcalloc(size, 1);
	struct kernel image;
	struct error err = { 0 };
	int ret;

	memcpy(copy, file, size);
	ret = parse_elf(copy, size, &image, &err);
	for (unsigned int i = 0; !ret && i < image.nr; i++) {
		ck_assert_uint_le(image.segments[i].offset, size);
		ck_assert_uint_le(image.segments[i].file_size, size - image.segments[i].offset);
		ck_assert_uint_le(image.segments[i].file_size, image.segments[i].size);
		ck_assert_uint_le(image.segments[i].gpa, UINT64_MAX - image.segments[i].size);
	}
	ck_assert_int_eq(ret == -1, err.text[0] != 0);
	free(copy);
	return ret;
}

START_TEST(truncated_at_every_length)
{
	uint8_t file[FILE_SIZE];

	make_elf(file);
	for (size_t size = 0; size < FILE_SIZE; size++)
		ck_assert_msg(parse_copy(file, size) == -1, "%zu bytes", size);
	ck_assert_int_eq(parse_copy(file, FILE_SIZE), 0);
}
END_TEST

START_TEST(random_files)
{
	uint64_t state = random_seed();
	unsigned int good = 0;
	uint8_t file[FILE_SIZE];

	for (unsigned int round = 0; round < 10000; round++) {
		unsigned int from = round % 2 ? PHDR(0) : 0;

		make_elf(file);
		for (unsigned int i = from; i < FILE_SIZE; i++)
			if (!(round % 4) || !random_below(&state, 100))
				file[i] = random_next(&state);
		good += !parse_copy(file, FILE_SIZE - random_below(&state, 4) * 100);
	}
	ck_assert(good > 0 && good < 10000);
}
END_TEST

Suite *elf_suite(void)
{
	Suite *s = suite_create("elf");
	TCase *tc = tcase_create("elf");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, segments_are_read);
	tcase_add_loop_test(tc, changed_file, 0, COUNT(changes));
	tcase_add_test(tc, file_size_wraps);
	tcase_add_test(tc, segments_are_limited);
	tcase_add_loop_test(tc, segments_do_not_overlap, 0, COUNT(seconds));
	tcase_add_test(tc, truncated_at_every_length);
	tcase_add_test(tc, random_files);
	suite_add_tcase(s, tc);
	return s;
}
