// SPDX-License-Identifier: MIT
/*
 * arm64 kernel headers by the offsets of booting.rst and zboot-header.S: good, changed, cut,
 * random.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/image.h"
#include "arch/arm64/platform.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define FILE_SIZE 1024

static void put(uint8_t *at, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		at[i] = value >> (8 * i);
}

/* As Debian's: with an EFI stub, so that it begins as a program of DOS does. */
static void make_image(uint8_t file[FILE_SIZE])
{
	memset(file, 0, FILE_SIZE);
	memcpy(file, "MZ", 2);
	put(file + 8, 0, 8); /* text_offset */
	put(file + 16, 0x1a50000, 8); /* image_size */
	put(file + 24, 0xa, 8); /* little-endian, 4k pages, anywhere */
	memcpy(file + 56, "ARM\x64", 4);
}

static void make_zboot(uint8_t file[FILE_SIZE])
{
	memset(file, 0, FILE_SIZE);
	memcpy(file, "MZ\0\0zimg", 8);
	put(file + 8, 512, 4);
	put(file + 12, 500, 4);
	memcpy(file + 24, "zstd22", 7);
}

START_TEST(image_is_read)
{
	uint8_t file[FILE_SIZE];
	struct kernel kernel;
	struct error err;

	make_image(file);
	ck_assert_msg(!image_parse(file, FILE_SIZE, &kernel, &err), "%s", err.text);
	ck_assert_uint_eq(kernel.entry - ARM64_RAM, 0);
	ck_assert_uint_eq(kernel.segments[0].size, 0x1a50000);
	put(file + 8, 0x80000, 8);
	put(file + 16, FILE_SIZE - 1, 8);
	ck_assert_int_eq(image_parse(file, FILE_SIZE, &kernel, &err), 0);
	ck_assert_uint_eq(kernel.entry - ARM64_RAM, 0x80000);
	ck_assert_uint_eq(kernel.segments[0].size, FILE_SIZE);
}
END_TEST

/* One change to a good file: @bytes at @offset become @value. */
static const struct {
	unsigned int offset, bytes;
	uint64_t value;
	const char *says; /* NULL: still good */
} changes[] = {
	{ 56, 4, 0, "not an arm64 Image (1024 bytes)" },
	{ 56, 4, 0x644d5241 + 1, "not an arm64 Image (1024 bytes)" },
	{ 0, 4, 0x14000000, NULL }, /* no EFI stub: a branch */
	{ 24, 8, 1, "big-endian" },
	{ 24, 8, 0xb, "big-endian" },
	{ 24, 8, 0, NULL },
	{ 16, 8, 0, "image_size is 0" },
	{ 16, 8, UINT64_MAX, "image_size is 0xffffffffffffffff" },
	{ 16, 8, 1ULL << 63, "image_size" },
	{ 16, 8, 1ULL << 50, NULL }, /* for RAM to refuse */
	{ 16, 8, 1, NULL },
	{ 8, 8, 1, "text_offset is 0x1:" },
	{ 8, 8, 0x800, "text_offset" },
	{ 8, 8, 0x1000, NULL },
	{ 8, 8, 0x1ff000, NULL },
	{ 8, 8, 0x200000, "text_offset" },
	{ 8, 8, UINT64_MAX, "text_offset" },
	{ 8, 8, 0x8000000000080000, "text_offset" },
};

START_TEST(changed_image)
{
	uint8_t file[FILE_SIZE];
	struct kernel kernel;
	struct error err = { 0 };

	make_image(file);
	put(file + changes[_i].offset, changes[_i].value, changes[_i].bytes);
	ck_assert_int_eq(image_parse(file, FILE_SIZE, &kernel, &err), changes[_i].says ? -1 : 0);
	if (changes[_i].says)
		ck_assert_msg(strstr(err.text, changes[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(other_kernels_have_their_names)
{
	uint8_t file[FILE_SIZE] = { 'M', 'Z' };
	struct kernel kernel;
	struct error err = { 0 };

	memcpy(file + 0x202, "HdrS", 4);
	put(file + 0x1fe, 0xaa55, 2);
	ck_assert_int_eq(image_parse(file, FILE_SIZE, &kernel, &err), -1);
	ck_assert_str_eq(err.text, "an x86 bzImage: give an arm64 Image");
	ck_assert_int_eq(image_parse(file, 0x205, &kernel, &err), -1);
	ck_assert_ptr_null(strstr(err.text, "x86"));
	memcpy(file,
	       "\x7f"
	       "ELF",
	       4);
	ck_assert_int_eq(image_parse(file, 64, &kernel, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "ELF"));
	file[4] = 2;
	file[18] = 62;
	ck_assert_int_eq(image_parse(file, 64, &kernel, &err), -1);
	ck_assert_str_eq(err.text, "an x86-64 vmlinux: give an arm64 Image");
}
END_TEST

static const struct {
	uint32_t offset, size;
	int expected;
} payloads[] = {
	{ 512, 500, 1 },
	{ 512, 512, 1 },
	{ 512, 513, -1 },
	{ 512, 0, -1 },
	{ 0, 0xffffffff, -1 },
	{ 0xffffffff, 1, -1 },
	{ 0xffffffff, 0xffffffff, -1 },
	{ 1024, 1, -1 },
	{ 1025, 0, -1 },
	{ 1023, 1, 1 },
};

START_TEST(zboot_payload_lies_within)
{
	uint8_t file[FILE_SIZE];
	struct kernel_stream stream;
	struct error err = { 0 };

	make_zboot(file);
	put(file + 8, payloads[_i].offset, 4);
	put(file + 12, payloads[_i].size, 4);
	ck_assert_int_eq(image_parse_zboot(file, FILE_SIZE, &stream, &err), payloads[_i].expected);
	ck_assert_int_eq(err.text[0] != 0, payloads[_i].expected < 0);
	if (payloads[_i].expected < 0)
		return;
	ck_assert_uint_eq(stream.offset, payloads[_i].offset);
	ck_assert_uint_eq(stream.size, payloads[_i].size);
}
END_TEST

/* Parses a copy of its very size, so that a sanitizer sees a byte too many. */
static int parse_copy(const uint8_t *file, size_t size)
{
	uint8_t *copy = xcalloc(size + !size, 1);
	struct kernel_stream stream;
	struct kernel kernel;
	struct error err = { 0 };
	int ret;

	memcpy(copy, file, size);
	ret = image_parse_zboot(copy, size, &stream, &err);
	if (ret == 1)
		ck_assert(stream.offset < size && stream.size <= size - stream.offset);
	if (!ret) {
		ret = image_parse(copy, size, &kernel, &err);
		ck_assert(ret || (kernel.segments[0].size >= size &&
				  kernel.entry - ARM64_RAM < IMAGE_BASE_ALIGN));
	}
	ck_assert_int_eq(ret < 0, err.text[0] != 0);
	free(copy);
	return ret;
}

START_TEST(truncated_at_every_length)
{
	uint8_t file[FILE_SIZE];

	make_image(file);
	for (size_t size = 0; size <= FILE_SIZE; size++)
		ck_assert_int_eq(parse_copy(file, size), size < 64 ? -1 : 0);
	make_zboot(file);
	for (size_t size = 0; size <= FILE_SIZE; size++)
		ck_assert_int_eq(parse_copy(file, size), size < 512 + 500 ? -1 : 1);
}
END_TEST

START_TEST(random_files)
{
	uint64_t state = random_seed();
	unsigned int good = 0;
	uint8_t file[FILE_SIZE];

	for (unsigned int round = 0; round < 20000; round++) {
		if (round % 2)
			make_image(file);
		else
			make_zboot(file);
		for (unsigned int i = 8; i < 64; i++)
			if (!random_below(&state, 20))
				file[i] = random_next(&state);
		good += parse_copy(file, random_below(&state, FILE_SIZE + 1)) >= 0;
	}
	ck_assert(good > 0 && good < 20000);
}
END_TEST

Suite *arm64_image_suite(void)
{
	Suite *s = suite_create("arm64_image");
	TCase *tc = tcase_create("arm64_image");

	tcase_add_test(tc, image_is_read);
	tcase_add_loop_test(tc, changed_image, 0, COUNT(changes));
	tcase_add_test(tc, other_kernels_have_their_names);
	tcase_add_loop_test(tc, zboot_payload_lies_within, 0, COUNT(payloads));
	tcase_add_test(tc, truncated_at_every_length);
	tcase_add_test(tc, random_files);
	suite_add_tcase(s, tc);
	return s;
}
