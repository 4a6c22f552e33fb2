// SPDX-License-Identifier: MIT
/* Kernels that change while they are being loaded, initrds, and the room for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/arch.h"
#include "arch/load.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/vm.h"

#define GUEST "build/guest/serial_irq" /* from the top of the tree */

static void copy_guest(const char *path)
{
	FILE *from = fopen(GUEST, "r"), *to = fopen(path, "w");
	int c;

	ck_assert(from && to);
	while ((c = getc(from)) != EOF)
		putc(c, to);
	fclose(from);
	fclose(to);
}

/* What is wrong is found when it is planned, or as it is read to RAM. */
static int load_all(struct load *load, struct vm *vm, const struct boot *boot, struct error *err)
{
	static const struct ram_options options;
	int ret;

	if (load_plan(load, vm->machine, boot, err))
		return -1;
	ret = fit_make(vm->machine, &vm->fit, err) ||
	      ram_allocate(&vm->ram, vm->machine, &vm->fit, &options, err);
	fit_unlock(&vm->fit);
	ck_assert_msg(!ret, "%s", err->text);
	ret = load_write(load, vm, err);
	ram_release(&vm->ram);
	fit_free(&vm->fit);
	return ret;
}

/* A map of the file would end the program with SIGBUS. */
static void refuse_shrunk(off_t size)
{
	char *path = xasprintf("%s/kernel", scratch_dir);
	struct boot boot = { .cmdline = "" };
	struct arch_host host = { 0 };
	struct error err = { 0 };
	struct machine m;
	struct load load;
	struct vm *vm = xcalloc(1, sizeof(*vm));

	copy_guest(path);
	make_host_machine(&m, &host, 0);
	ck_assert_msg(!boot_open(&boot, path, NULL, &err), "%s", err.text);
	ck_assert_int_eq(truncate(path, size), 0);
	vm->machine = &m;
	ck_assert_int_eq(load_all(&load, vm, &boot, &err), -1);
	ck_assert_msg(strstr(err.text, ": it shrank while it was being read") != NULL, "%s",
		      err.text);
	load_end(&load);
	boot_close(&boot);
	machine_free(&m);
	free(vm);
	free(path);
}

START_TEST(shrunk_kernel_is_refused)
{
	for (off_t size = 0; size < 64; size++)
		refuse_shrunk(size);
}
END_TEST

/* An initrd that begins with @text, of @size bytes. */
static void put_initrd(struct boot *boot, const char *text, uint64_t size)
{
	int fd = memfd_create("initrd", MFD_CLOEXEC);
	struct file file;
	struct error err;

	ck_assert_int_eq(write(fd, text, strlen(text)), strlen(text));
	ck_assert_int_eq(ftruncate(fd, size), 0);
	ck_assert_int_eq(file_from_fd(&file, fd, "of the test", &err), 0);
	boot_add(boot, &file);
}

/* One after another, at multiples of 4 bytes, with zeroes between. */
START_TEST(initrds_are_one)
{
	static const struct ram_options options;
	struct boot boot = { .cmdline = "" };
	struct vm *vm = xcalloc(1, sizeof(*vm));
	struct arch_host host = { 0 };
	struct error err = { 0 };
	struct machine m;
	struct load load;

	make_host_machine(&m, &host, 0);
	vm->machine = &m;
	ck_assert_msg(!boot_open(&boot, GUEST, NULL, &err), "%s", err.text);
	ck_assert_uint_eq(boot_initrd_size(&boot), 0);
	put_initrd(&boot, "first", 5);
	put_initrd(&boot, "two!", 4);
	put_initrd(&boot, "3", 1);
	ck_assert_uint_eq(boot_initrd_size(&boot), 13);
	ck_assert_msg(!load_plan(&load, &m, &boot, &err) && !fit_make(&m, &vm->fit, &err) &&
			      !ram_allocate(&vm->ram, &m, &vm->fit, &options, &err),
		      "%s", err.text);
	fit_unlock(&vm->fit);
	ck_assert_msg(!load_write(&load, vm, &err), "%s", err.text);
	ck_assert_mem_eq(ram_hva(&vm->ram, load.initrd, 13), "first\0\0\0two!3", 13);
	ram_release(&vm->ram);
	fit_free(&vm->fit);
	load_end(&load);
	boot_close(&boot);
	machine_free(&m);
	free(vm);
}
END_TEST

/* In 128 MiB: the user's initrd, what a command's files take or 0, and whether it fits. */
static const struct {
	uint64_t initrd, unpacked;
	bool fits;
} rooms[] = {
	{ 1, 1, true },
	{ 1, 40 * MIB, true },
	{ 1, 60 * MIB, true },
	{ 1, 63 * MIB, false },
	{ 1, 200 * MIB, false },
	{ 20 * MIB, 20 * MIB, true }, /* counted as it is: twice there, once here */
	{ 20 * MIB, 50 * MIB, false },
	{ 100 * MIB, 0, true },
	{ 100 * MIB, 1, false },
};

START_TEST(room_is_looked_at)
{
	struct boot boot = { .cmdline = "" };
	struct arch_host host = { 0 };
	struct error err = { 0 };
	struct machine m;
	struct load load;

	make_host_machine(&m, &host, 0);
	ck_assert_msg(!boot_open(&boot, GUEST, NULL, &err), "%s", err.text);
	put_initrd(&boot, "user's", rooms[_i].initrd);
	put_initrd(&boot, "archive", 10 * KIB);
	put_initrd(&boot, "job", KIB);
	boot.unpacked = rooms[_i].unpacked;
	ck_assert_int_eq(load_plan(&load, &m, &boot, &err), rooms[_i].fits ? 0 : -1);
	if (!rooms[_i].fits)
		ck_assert_msg(
			strstr(err.text, "but the guest has 127 MiB: give its nodes more") ||
				strstr(err.text, "but the guest has 128 MiB: give its nodes more"),
			"%s", err.text);
	load_end(&load);
	boot_close(&boot);
	machine_free(&m);
}
END_TEST

Suite *load_suite(void)
{
	const TTest *const tests[] = { shrunk_kernel_is_refused, initrds_are_one };
	const char *reason = NULL;
	Suite *s = suite_create("load");
	TCase *tc = tcase_create("load");

	if (access(GUEST, R_OK))
		reason = "no " GUEST ": tests/guest/build.sh build/guest";
	add_or_skip(tc, tests, COUNT(tests), reason);
	if (!reason)
		tcase_add_loop_test(tc, room_is_looked_at, 0, COUNT(rooms));
	suite_add_tcase(s, tc);
	return s;
}
