// SPDX-License-Identifier: MIT
/*
 * Offsets are those of Documentation/arch/x86/boot.rst ("The Real-Mode Kernel Header") and
 * zero-page.rst, written down here as numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/x86/zero_page.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/file.h"

#define SETUP_SIZE 2560 /* four sectors and the boot sector */
#define IMAGE_SIZE (SETUP_SIZE + 4096)

static void put(uint8_t *at, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		at[i] = value >> (8 * i);
}

/* A bzImage of boot protocol 2.15 without a kernel in it. */
static void make_image(uint8_t image[IMAGE_SIZE])
{
	for (unsigned int i = 0; i < IMAGE_SIZE; i++)
		image[i] = i * 7 + 1;
	image[0x1f1] = 4; /* setup_sects */
	put(image + 0x1f4, 4096 / 16, 4); /* syssize */
	put(image + 0x1fe, 0xaa55, 2); /* boot_flag */
	put(image + 0x200, 0x6aeb, 2); /* jump, over the rest up to 0x26c */
	memcpy(image + 0x202, "HdrS", 4);
	put(image + 0x206, 0x020f, 2); /* version */
	put(image + 0x22c, 0x7fffffff, 4); /* initrd_addr_max */
	put(image + 0x230, 0x200000, 4); /* kernel_alignment */
	image[0x234] = 1; /* relocatable_kernel */
	put(image + 0x236, 0x003f, 2); /* xloadflags */
	put(image + 0x238, 2047, 4); /* cmdline_size */
	put(image + 0x248, 100, 4); /* payload_offset */
	put(image + 0x24c, 3996, 4); /* payload_length: up to the end */
	put(image + 0x258, 0x1000000, 8); /* pref_address */
	put(image + 0x260, 0x2345678, 4); /* init_size */
}

START_TEST(header_is_read)
{
	uint8_t image[IMAGE_SIZE];
	struct setup_header header;
	struct error err = { 0 };

	make_image(image);
	ck_assert_msg(setup_header_read(image, IMAGE_SIZE, &header, &err) == 1, "%s", err.text);
	ck_assert_uint_eq(header.size, 0x26c - 0x1f1);
	ck_assert_mem_eq(header.bytes, image + 0x1f1, header.size);
	ck_assert_uint_eq(header.protocol, 0x20f);
	ck_assert_uint_eq(header.setup_size, SETUP_SIZE);
	ck_assert_uint_eq(header.syssize, 256);
	ck_assert_uint_eq(header.initrd_max, 0x7fffffff);
	ck_assert_uint_eq(header.cmdline_max, 2047);
	ck_assert_uint_eq(header.payload_offset, 100);
	ck_assert_uint_eq(header.payload_size, 3996);
	ck_assert_uint_eq(header.pref_address, 0x1000000);
	ck_assert_uint_eq(header.init_size, 0x2345678);
	ck_assert(header.loads_64bit);
	ck_assert(header.relocatable);
	ck_assert_uint_eq(header.alignment, 0x200000);
	image[0x234] = 0;
	ck_assert_int_eq(setup_header_read(image, IMAGE_SIZE, &header, &err), 1);
	ck_assert(!header.relocatable);
}
END_TEST

static const struct {
	bool relocatable;
	uint32_t alignment;
	uint64_t wanted, address;
} places[] = {
	{ true, 0x200000, 0x1000000, 0x1000000 },
	{ true, 0x200000, 0x100000, 0x100000 },
	{ true, 0x200000, 0xfffff, 0x200000 },
	{ true, 0x200000, 0, 0x200000 },
	{ true, 0x1000000, 0x1000, 0x1000000 },
	{ true, 0x1000, 0x1000, 0x100000 },
	{ true, 1, 0, 0x100000 },
	{ true, 3, 0, 0x100002 },
	{ true, 0xffffffff, 0, 0xffffffff },
	{ true, 0, 0x1000, 0x1000 }, /* a header that is wrong */
	{ false, 0x200000, 0x1000, 0x1000 },
	{ false, 0x200000, 0x1000000, 0x1000000 },
};

/* 1 MiB is the kernel's; what is below it is taken. */
START_TEST(relocatable_is_moved)
{
	const struct setup_header header = {
		.relocatable = places[_i].relocatable,
		.alignment = places[_i].alignment,
		.pref_address = places[_i].wanted,
	};

	ck_assert_uint_eq(setup_header_load_address(&header), places[_i].address);
}
END_TEST

/* One change to a good image: @bytes at @offset become @value. */
static const struct {
	unsigned int offset, bytes;
	uint64_t value;
	int ret;
	const char *says;
} changes[] = {
	{ 0x1f1, 1, 0, 1, NULL }, /* 0 means 4 */
	{ 0x1f1, 1, 12, -1, "truncated" },
	{ 0x1f1, 1, 255, -1, "truncated: 6656 bytes, but its header declares 135168" },
	{ 0x1f4, 4, 255, 1, NULL },
	{ 0x1f4, 4, 257, -1, "truncated: 6656 bytes, but its header declares 6672" },
	{ 0x1f4, 4, 0xffffffff, -1, "truncated" },
	{ 0x1fe, 2, 0x55aa, 0, NULL },
	{ 0x1fe, 2, 0, 0, NULL },
	{ 0x201, 1, 0xff, 1, NULL }, /* a header longer than there is room */
	{ 0x201, 1, 0, 1, NULL },
	{ 0x202, 1, 'h', 0, NULL },
	{ 0x205, 1, 0, 0, NULL },
	{ 0x206, 2, 0x020b, -1, "2.11 is too old" },
	{ 0x206, 2, 0x020c, 1, NULL },
	{ 0x206, 2, 0, -1, "too old" },
	{ 0x236, 2, 0x003e, -1, "32-bit" },
	{ 0x236, 2, 0x0001, 1, NULL },
	{ 0x248, 4, 101, -1, "payload" },
	{ 0x248, 4, 0xffffffff, -1, "payload" },
	{ 0x248, 4, 4096, -1, "payload" },
	{ 0x24c, 4, 3997, -1, "payload" },
	{ 0x24c, 4, 0xffffffff, -1, "payload" },
	{ 0x24c, 4, 0, 1, NULL },
	/* The sum is small modulo 2^32. */
	{ 0x248, 8, 0xffffff9c00000064, -1, "payload" },
};

START_TEST(changed_header)
{
	uint8_t image[IMAGE_SIZE];
	struct setup_header header;
	struct error err = { 0 };

	make_image(image);
	put(image + changes[_i].offset, changes[_i].value, changes[_i].bytes);
	ck_assert_int_eq(setup_header_read(image, IMAGE_SIZE, &header, &err), changes[_i].ret);
	if (changes[_i].ret == 1)
		ck_assert_uint_eq(header.setup_size, SETUP_SIZE);
	if (changes[_i].says)
		ck_assert_msg(strstr(err.text, changes[_i].says) != NULL, "%s", err.text);
	ck_assert_uint_le(header.size, SETUP_HEADER_MAX);
}
END_TEST

/* What a caller may build on after a 1. */
static void assert_header_inside(const struct setup_header *header, uint64_t size)
{
	ck_assert_uint_lt(header->setup_size, size);
	ck_assert_uint_le(header->size, SETUP_HEADER_MAX);
	ck_assert_uint_le((uint64_t)header->payload_offset + header->payload_size,
			  size - header->setup_size);
	ck_assert_uint_ge(header->protocol, 0x20c);
	ck_assert_uint_le(header->syssize * 16ULL, size - header->setup_size + 15);
}

/* Reads a copy of as much as is handed over, so that a sanitizer sees a byte too many. */
static int read_copy(const uint8_t *image, size_t size)
{
	size_t head = size < FILE_HEAD ? size : FILE_HEAD;
	uint8_t *copy = xcalloc(head, 1);
	struct setup_header header;
	struct error err = { 0 };
	int ret;

	memcpy(copy, image, head);
	ret = setup_header_read(copy, size, &header, &err);
	if (ret == 1)
		assert_header_inside(&header, size);
	ck_assert_int_eq(ret < 0, err.text[0] != 0);
	free(copy);
	return ret;
}

START_TEST(truncated_at_every_length)
{
	uint8_t image[IMAGE_SIZE];

	make_image(image);
	for (size_t size = 0; size < IMAGE_SIZE; size++)
		ck_assert_msg(read_copy(image, size) == (size < 1024 ? 0 : -1), "%zu bytes", size);
	ck_assert_int_eq(read_copy(image, IMAGE_SIZE), 1);
}
END_TEST

START_TEST(random_headers)
{
	uint64_t state = random_seed();
	unsigned int results[3] = { 0 };
	uint8_t image[IMAGE_SIZE];

	for (unsigned int round = 0; round < 10000; round++) {
		unsigned int from = round % 2 ? 0x1f1 : 0, to = round % 2 ? 0x280 : IMAGE_SIZE;

		make_image(image);
		for (unsigned int i = from; i < to; i++)
			if (!(round % 2) || !random_below(&state, 40))
				image[i] = random_next(&state);
		if (random_below(&state, 4)) {
			put(image + 0x1fe, 0xaa55, 2);
			memcpy(image + 0x202, "HdrS", 4);
		}
		results[1 +
			read_copy(image, 1 + random_below(&state, 2 * IMAGE_SIZE) % IMAGE_SIZE)]++;
		results[1 + read_copy(image, IMAGE_SIZE)]++;
	}
	/* The rounds reached every answer. */
	ck_assert(results[0] && results[1] && results[2]);
}
END_TEST

static const struct memory_map_entry two_entries[] = {
	{ 0, 0x9fc00, 1 },
	{ 0x123456789000, 0xabcdef000, 3 },
};

static struct zero_page_info make_info(const struct memory_map *map)
{
	return (struct zero_page_info){
		.e820 = map,
		.rsdp = 0x1122334455667788,
		.cmdline = 0x20000,
		.initrd = 0x123456789a000,
		.initrd_size = 0x500000001,
	};
}

/* All of the page but the fields of a loader, and the setup header up to @header_end. */
static void assert_rest_is_zero(const uint8_t *page, unsigned int header_end, unsigned int nr_e820)
{
	for (unsigned int i = 0; i < 4096; i++) {
		if ((i >= 0x70 && i < 0x78) || (i >= 0xc0 && i < 0xc8) || i == 0x1e8 ||
		    (i >= 0x1f1 && i < header_end) || (i >= 0x2d0 && i < 0x2d0 + 20 * nr_e820))
			continue;
		ck_assert_msg(!page[i], "offset 0x%x", i);
	}
}

/* The fields that a loader fills in; zero-page.rst and boot.rst. */
static void assert_loader_fields(const uint8_t *page)
{
	ck_assert_uint_eq(le(page + 0x70, 8), 0x1122334455667788); /* acpi_rsdp_addr */
	ck_assert_uint_eq(le(page + 0xc0, 4), 0x12345); /* ext_ramdisk_image */
	ck_assert_uint_eq(le(page + 0xc4, 4), 5); /* ext_ramdisk_size */
	ck_assert_uint_eq(page[0x1e8], 2); /* e820_entries */
	ck_assert_uint_eq(page[0x1ef], 0); /* sentinel */
	ck_assert_uint_eq(page[0x210], 0xff); /* type_of_loader */
	ck_assert_uint_eq(le(page + 0x218, 4), 0x6789a000); /* ramdisk_image */
	ck_assert_uint_eq(le(page + 0x21c, 4), 1); /* ramdisk_size */
	ck_assert_uint_eq(le(page + 0x228, 4), 0x20000); /* cmd_line_ptr */
	ck_assert_uint_eq(le(page + 0x2d0, 8), 0);
	ck_assert_uint_eq(le(page + 0x2d8, 8), 0x9fc00);
	ck_assert_uint_eq(le(page + 0x2e0, 4), 1);
	ck_assert_uint_eq(le(page + 0x2e4, 8), 0x123456789000);
	ck_assert_uint_eq(le(page + 0x2ec, 8), 0xabcdef000);
	ck_assert_uint_eq(le(page + 0x2f4, 4), 3);
}

START_TEST(page_of_an_elf_kernel)
{
	struct memory_map map = { (struct memory_map_entry *)two_entries, 2 };
	struct zero_page_info info = make_info(&map);
	uint8_t page[ZERO_PAGE_SIZE];
	struct error err;

	memset(page, 0x5a, sizeof(page));
	ck_assert_int_eq(zero_page_build(&info, page, &err), 0);
	assert_loader_fields(page);
	ck_assert_uint_eq(le(page + 0x1fe, 2), 0xaa55);
	ck_assert_mem_eq(page + 0x202, "HdrS", 4);
	ck_assert_uint_ge(le(page + 0x206, 2), 0x020c);
	assert_rest_is_zero(page, 0x22c, 2);
}
END_TEST

START_TEST(page_of_a_bzimage)
{
	struct memory_map map = { (struct memory_map_entry *)two_entries, 2 };
	struct zero_page_info info = make_info(&map);
	uint8_t image[IMAGE_SIZE], page[ZERO_PAGE_SIZE];
	struct setup_header header;
	struct error err;

	make_image(image);
	ck_assert_int_eq(setup_header_read(image, IMAGE_SIZE, &header, &err), 1);
	info.header = header.bytes;
	info.header_size = header.size;
	memset(page, 0x5a, sizeof(page));
	ck_assert_int_eq(zero_page_build(&info, page, &err), 0);
	assert_loader_fields(page);
	assert_rest_is_zero(page, 0x26c, 2);
	for (unsigned int i = 0x1f1; i < 0x26c; i++) {
		if (i == 0x210 || (i >= 0x218 && i < 0x220) || (i >= 0x228 && i < 0x22c))
			continue;
		ck_assert_msg(page[i] == image[i], "offset 0x%x", i);
	}
}
END_TEST

/* zero-page.rst: 128 entries from 0x2d0 up to 0xcd0. */
START_TEST(page_takes_128_entries)
{
	struct memory_map_entry entries[129];
	struct memory_map map = { entries, 128 };
	struct zero_page_info info = make_info(&map);
	uint8_t page[ZERO_PAGE_SIZE];
	struct error err = { 0 };

	for (unsigned int i = 0; i < COUNT(entries); i++)
		entries[i] = (struct memory_map_entry){ 2 * i, 1, 2 };
	ck_assert_int_eq(zero_page_build(&info, page, &err), 0);
	ck_assert_uint_eq(page[0x1e8], 128);
	ck_assert_uint_eq(le(page + 0x2d0 + 127 * 20, 8), 254);
	assert_rest_is_zero(page, 0x22c, 128);
	map.nr = 129;
	ck_assert_int_eq(zero_page_build(&info, page, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "129"));
}
END_TEST

Suite *zero_page_suite(void)
{
	Suite *s = suite_create("zero_page");
	TCase *tc = tcase_create("zero_page");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, header_is_read);
	tcase_add_loop_test(tc, relocatable_is_moved, 0, COUNT(places));
	tcase_add_loop_test(tc, changed_header, 0, COUNT(changes));
	tcase_add_test(tc, truncated_at_every_length);
	tcase_add_test(tc, random_headers);
	tcase_add_test(tc, page_of_an_elf_kernel);
	tcase_add_test(tc, page_of_a_bzimage);
	tcase_add_test(tc, page_takes_128_entries);
	suite_add_tcase(s, tc);
	return s;
}
