// SPDX-License-Identifier: MIT
/* Every kernel format by its first bytes, written down here again, and at every length. */
#include <stdlib.h>
#include <string.h>

#include "arch/kernel_file.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define FILE_SIZE 1024

static const struct {
	enum kernel_format format;
	struct {
		unsigned int offset, size;
		const char *bytes;
	} at[3];
	unsigned int least; /* bytes, below which it is not known */
	const char *says; /* when an arm64 Image is wanted */
} files[] = {
	/* clang-format off */
	{ KERNEL_VMLINUX_X86, { { 0, 7, "\x7f\x45LF\2\1\1" }, { 18, 2, "\x3e\0" } }, 20,
	  "an x86-64 vmlinux: give an arm64 Image" },
	{ KERNEL_VMLINUX_ARM64, { { 0, 7, "\x7f\x45LF\2\1\1" }, { 18, 2, "\xb7\0" } }, 20,
	  "an arm64 vmlinux: give an arm64 Image" },
	{ KERNEL_ELF, { { 0, 7, "\x7f\x45LF\2\1\1" }, { 18, 2, "\xf3\0" } }, 4,
	  "an ELF file for another machine: give an arm64 Image" },
	{ KERNEL_ELF, { { 0, 7, "\x7f\x45LF\1\1\1" }, { 18, 2, "\x3e\0" } }, 4,
	  "an ELF file for another machine: give an arm64 Image" },
	{ KERNEL_BZIMAGE, { { 0, 2, "MZ" }, { 0x1fe, 2, "\x55\xaa" }, { 0x202, 4, "HdrS" } }, 0x206,
	  "an x86 bzImage: give an arm64 Image" },
	{ KERNEL_IMAGE, { { 0, 2, "MZ" }, { 56, 4, "ARM\x64" } }, 60,
	  "an arm64 Image: give an arm64 Image" },
	{ KERNEL_ZBOOT, { { 0, 8, "MZ\0\0zimg" } }, 8,
	  "an EFI zboot image, as arm64 has them: give an arm64 Image" },
	{ KERNEL_COMPRESSED, { { 0, 2, "\x1f\x8b" } }, 3,
	  "a compressed file, such as an arm64 Image.gz: give an arm64 Image" },
	{ KERNEL_COMPRESSED, { { 0, 4, "\x28\xb5\x2f\xfd" } }, 5,
	  "a compressed file, such as an arm64 Image.gz: give an arm64 Image" },
	{ KERNEL_UNKNOWN, { { 0, 2, "MZ" } }, 0,
	  "not an arm64 Image (1024 bytes): give a kernel such as /boot/vmlinuz" },
	{ KERNEL_UNKNOWN, { { 0, 4, "\x7f\x45LG" } }, 0,
	  "not an arm64 Image (1024 bytes): give a kernel such as /boot/vmlinuz" },
	{ KERNEL_UNKNOWN, { { 0x1fe, 2, "\xaa\x55" }, { 0x202, 4, "HdrS" } }, 0,
	  "not an arm64 Image (1024 bytes): give a kernel such as /boot/vmlinuz" },
	/* clang-format on */
};

static void make_file(unsigned int i, uint8_t file[FILE_SIZE])
{
	memset(file, 0, FILE_SIZE);
	for (unsigned int j = 0; j < COUNT(files[i].at); j++)
		if (files[i].at[j].size)
			memcpy(file + files[i].at[j].offset, files[i].at[j].bytes,
			       files[i].at[j].size);
}

START_TEST(each_has_its_name)
{
	struct error err = { 0 };
	uint8_t file[FILE_SIZE];

	make_file(_i, file);
	ck_assert_int_eq(kernel_file_format(file, FILE_SIZE), files[_i].format);
	ck_assert_int_eq(kernel_file_refuse(file, FILE_SIZE, "an arm64 Image", &err), -1);
	ck_assert_str_eq(err.text, files[_i].says);
}
END_TEST

/* In a copy of its very size, so that a sanitizer sees a byte too many. */
START_TEST(known_from_its_last_magic_byte_on)
{
	uint8_t file[FILE_SIZE];

	make_file(_i, file);
	for (size_t size = 0; size < FILE_SIZE; size++) {
		uint8_t *copy = xcalloc(size + !size, 1);

		memcpy(copy, file, size);
		ck_assert_msg((kernel_file_format(copy, size) == files[_i].format) ==
				      (size >= files[_i].least),
			      "%zu bytes", size);
		free(copy);
	}
}
END_TEST

START_TEST(nothing_is_unknown)
{
	ck_assert_int_eq(kernel_file_format(NULL, 0), KERNEL_UNKNOWN);
}
END_TEST

Suite *kernel_file_suite(void)
{
	Suite *s = suite_create("kernel_file");
	TCase *tc = tcase_create("kernel_file");

	tcase_add_loop_test(tc, each_has_its_name, 0, COUNT(files));
	tcase_add_loop_test(tc, known_from_its_last_magic_byte_on, 0, COUNT(files));
	tcase_add_test(tc, nothing_is_unknown);
	suite_add_tcase(s, tc);
	return s;
}
