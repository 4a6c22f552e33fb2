// SPDX-License-Identifier: MIT
/* Where a kernel's CPU is, by its System.map or vmlinux, whatever is in these. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/symbols.h"

/* Writes @text to @name in the scratch folder; returns its path. */
static char *write_file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", scratch_dir, name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static const char map[] = "ffffffff81000000 T _text\n"
			  "ffffffff81000000 T startup_64\n"
			  "ffffffff81000200 t later\n"
			  "ffffffff81000100 t earlier\n"
			  "ffffffff81000300 D data\n"
			  "ffffffff81000400 W weak\n"
			  "ffffffff81000500 t $x\n"
			  "no line of this kind\n"
			  "ffffffff81000600 T last_without_newline_is_not_read";

static const struct {
	uint64_t address, start;
	const char *name;
} places[] = {
	{ 0xffffffff80ffffff, 0, "" },
	{ 0xffffffff81000000, 0xffffffff81000000, "_text" },
	{ 0xffffffff8100017f, 0xffffffff81000100, "earlier" },
	{ 0xffffffff81000200, 0xffffffff81000200, "later" },
	{ 0xffffffff810003ff, 0xffffffff81000200, "later" },
	{ 0xffffffff81000700, 0xffffffff81000400, "weak" },
	{ 0xffffffff811003ff, 0xffffffff81000400, "weak" },
	{ 0xffffffff81100400, 0, "" }, /* too far */
	{ 0x401000, 0, "" },
	{ 0, 0, "" },
};

static void check_places(const char *path)
{
	struct symbol wanted[COUNT(places)] = { 0 };
	struct symbols symbols;
	struct error err;

	ck_assert_msg(!symbols_open(&symbols, path, "vmlinuz", &err), "%s", err.text);
	for (unsigned int i = 0; i < COUNT(places); i++)
		wanted[i].address = places[i].address;
	symbols_find(&symbols, wanted, COUNT(places));
	for (unsigned int i = 0; i < COUNT(places); i++) {
		ck_assert_str_eq(wanted[i].name, places[i].name);
		ck_assert_uint_eq(wanted[i].start, places[i].start);
	}
	symbols_close(&symbols);
}

START_TEST(system_map)
{
	char *path = write_file("whole.map", map);

	check_places(path);
	free(path);
}
END_TEST

/* Lines that are read in more than one piece. */
START_TEST(long_system_map)
{
	char *path = write_file("long.map", ""), name[40];
	FILE *file = fopen(path, "w");

	for (unsigned int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "%.*s", i % 30, "abcdefghijklmnopqrstuvwxyzabcdef");
		fprintf(file, "%016x D %s_\n", i, name);
	}
	fputs(map, file);
	fclose(file);
	check_places(path);
	free(path);
}
END_TEST

/* A line without an end, and bytes that are none of a text: nothing is found. */
START_TEST(damaged_system_map)
{
	char *path = write_file("bad.map", "ffffffff81000000 D first\n");
	FILE *file = fopen(path, "a");
	struct symbol wanted = { .address = 0xffffffff81000001 };
	struct symbols symbols;
	struct error err;

	for (unsigned int i = 0; i < 200000; i++)
		fputc(_i ? 'x' : 0, file);
	fputs(map, file);
	fclose(file);
	ck_assert_int_eq(symbols_open(&symbols, path, "", &err), 0);
	symbols_find(&symbols, &wanted, 1);
	ck_assert_str_eq(wanted.name, "");
	symbols_close(&symbols);
	free(path);
}
END_TEST

extern const char __ehdr_start[]; /* the linker's: where address 0 of this file is */

/* This very program is an ELF file with symbols. */
START_TEST(vmlinux)
{
	uintptr_t base = (uintptr_t)__ehdr_start;
	struct symbol wanted[2] = { { .address = (uintptr_t)symbols_suite - base + 1 },
				    { .address = UINT64_MAX } };
	struct symbols symbols;
	struct error err;

	ck_assert_msg(!symbols_open(&symbols, "/proc/self/exe", "", &err), "%s", err.text);
	symbols_find(&symbols, wanted, 2);
	ck_assert_str_eq(wanted[0].name, "symbols_suite");
	ck_assert_uint_eq(wanted[0].start, wanted[0].address - 1);
	ck_assert_str_eq(wanted[1].name, "");
	symbols_close(&symbols);
}
END_TEST

/* Cut anywhere: no more than nothing is found, and nothing bad happens. */
START_TEST(damaged_vmlinux)
{
	char *path = xasprintf("%s/cut", scratch_dir), bytes[65536];
	FILE *from = fopen("/proc/self/exe", "r"), *to = fopen(path, "w");
	size_t size = fread(bytes, 1, sizeof(bytes), from);
	struct symbol wanted = { .address = 0x1000 };
	uint64_t state = random_seed();
	struct symbols symbols;
	struct error err;

	for (unsigned int i = 0; i < 20; i++)
		bytes[64 + random_next(&state) % (size - 64)] ^= 1 << i % 8;
	fwrite(bytes, 1, 64 + random_next(&state) % (size - 64), to);
	fclose(from);
	fclose(to);
	if (!symbols_open(&symbols, path, "", &err))
		symbols_find(&symbols, &wanted, 1);
	symbols_close(&symbols);
	free(path);
}
END_TEST

START_TEST(no_symbols)
{
	char *path = write_file("none", _i ? "0x17 is no line of a map\n" : "hello\n");
	struct symbols symbols;
	struct error err;

	ck_assert_int_eq(symbols_open(&symbols, path, "", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "neither a vmlinux nor a System.map"));
	symbols_close(&symbols);
	ck_assert_int_eq(symbols_open(&symbols, "/nowhere", "", &err), -1);
	ck_assert_str_eq(err.text, "--symbols: /nowhere: No such file or directory");
	symbols_close(&symbols);
	/* Of what nobody asked for nothing is said. */
	ck_assert_int_eq(symbols_open(&symbols, NULL, path, &err), 0);
	ck_assert_uint_eq(symbols.file.size, 0);
	free(path);
}
END_TEST

/* The kernel's name, and where its symbols are then. */
static const char *const beside[][2] = {
	{ "a/vmlinuz-6.1.0-13-amd64", "a/System.map-6.1.0-13-amd64" },
	{ "a/arch/x86/boot/bzImage", "a/System.map" },
	{ "a/arch/arm64/boot/Image.gz", "a/vmlinux" },
};

START_TEST(found_beside_the_kernel)
{
	char *kernel = xasprintf("%s/%s", scratch_dir, beside[_i][0]), *path;
	static const char *const folders[] = {
		"a", "a/arch", "a/arch/x86", "a/arch/x86/boot", "a/arch/arm64", "a/arch/arm64/boot"
	};
	struct symbol wanted = { .address = 0xffffffff81000001 };
	struct symbols symbols;
	struct error err;

	for (unsigned int i = 0; i < COUNT(folders); i++) {
		path = xasprintf("%s/%s", scratch_dir, folders[i]);
		mkdir(path, 0700);
		free(path);
	}
	path = write_file(beside[_i][1], map);
	ck_assert_int_eq(symbols_open(&symbols, NULL, kernel, &err), 0);
	symbols_find(&symbols, &wanted, 1);
	ck_assert_str_eq(wanted.name, "_text");
	symbols_close(&symbols);
	unlink(path);
	ck_assert_int_eq(symbols_open(&symbols, NULL, kernel, &err), 0);
	ck_assert_uint_eq(symbols.file.size, 0);
	free(path);
	free(kernel);
}
END_TEST

Suite *symbols_suite(void)
{
	Suite *s = suite_create("symbols");
	TCase *tc = tcase_create("symbols");

	tcase_add_test(tc, system_map);
	tcase_add_test(tc, long_system_map);
	tcase_add_loop_test(tc, damaged_system_map, 0, 2);
	tcase_add_test(tc, vmlinux);
	tcase_add_loop_test(tc, damaged_vmlinux, 0, 50);
	tcase_add_loop_test(tc, no_symbols, 0, 2);
	tcase_add_loop_test(tc, found_beside_the_kernel, 0, COUNT(beside));
	suite_add_tcase(s, tc);
	return s;
}
