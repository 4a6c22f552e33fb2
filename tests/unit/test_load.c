// SPDX-License-Identifier: MIT
/* A kernel that changes while it is being loaded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

Suite *load_suite(void)
{
	const TTest *const tests[] = { shrunk_kernel_is_refused };
	const char *reason = NULL;
	Suite *s = suite_create("load");
	TCase *tc = tcase_create("load");

	if (access(GUEST, R_OK))
		reason = "no " GUEST ": tests/guest/build.sh build/guest";
	add_or_skip(tc, tests, COUNT(tests), reason);
	suite_add_tcase(s, tc);
	return s;
}
