// SPDX-License-Identifier: MIT
/* What programs need, found as the dynamic loader and the kernel find it. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/elves.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/closure.h"

/* A case has a folder of its own, "closure/". */
static struct tree tree;
static struct closure closure;

static void begin(void)
{
	tree = (struct tree){ 0 };
	closure = (struct closure){ .tree = &tree, .path = "/usr/bin:/bin", .chdir = "/" };
	closure.libraries.tree = &tree;
}

static void end(void)
{
	tree_free(&tree);
}

/* The closure of the file @name, which is in the guest at @guest. */
static int add(const char *name, const char *guest, struct error *err)
{
	char *path = elves_path(name);
	struct tree_entry *entry;
	struct stat st;

	ck_assert_msg(!stat(path, &st), "%s", path);
	entry = guest ? tree_add_file(&tree, guest, path, &st) : tree_mirror(&tree, path);
	free(path);
	return closure_add(&closure, entry, err);
}

static void must_add(const char *name, const char *guest)
{
	struct error err = { 0 };

	ck_assert_msg(!add(name, guest, &err), "%s", err.text);
}

/* The error of a closure, which names all of @names. */
static void must_refuse(const char *name, const char *const names[3])
{
	struct error err = { 0 };

	ck_assert_int_eq(add(name, NULL, &err), -1);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(strstr(err.text, names[i]) != NULL, "no \"%s\" in: %s", names[i],
			      err.text);
}

/* In the guest at the same path, or not. */
static bool has(const char *name)
{
	char *path = elves_path(name);
	const struct tree_entry *entry = tree_find(&tree, path);
	bool found = entry && entry->host;

	free(path);
	return found;
}

START_TEST(origin_is_where_each_file_is)
{
	elves_make("o/bin/prog", &(struct elf_spec){ .runpath = "/nowhere:${ORIGIN}/../lib",
						     .needed = { "libone.so" } });
	elves_make("o/lib/libone.so",
		   &(struct elf_spec){ .runpath = "$ORIGIN/more", .needed = { "libtwo.so" } });
	elves_make("o/lib/more/libtwo.so", &(struct elf_spec){ 0 });
	must_add("o/bin/prog", "/opt/x/bin/prog");
	ck_assert_ptr_nonnull(tree_find(&tree, "/opt/x/lib/libone.so"));
	ck_assert_ptr_nonnull(tree_find(&tree, "/opt/x/lib/more/libtwo.so"));
	ck_assert(!has("o/lib/libone.so"));
	must_add("o/bin/prog", NULL);
	ck_assert(has("o/lib/libone.so") && has("o/lib/more/libtwo.so"));
}
END_TEST

/* A RUNPATH is the object's own; but what is loaded is not searched for again. */
START_TEST(runpath_is_not_inherited)
{
	char *lib = elves_path("r/lib");
	const struct elf_spec both = { .runpath = lib, .needed = { "liba.so", "libb.so.1" } };
	const struct elf_spec one = { .runpath = lib, .needed = { "liba.so" } };
	const struct elf_spec a = { .needed = { "libb.so.1" } };

	elves_make("r/both", &both);
	elves_make("r/one", &one);
	elves_make("r/lib/liba.so", &a);
	elves_make("r/lib/libb.so.1", &(struct elf_spec){ .soname = "libb.so.1" });
	must_add("r/both", NULL);
	ck_assert(has("r/lib/liba.so") && has("r/lib/libb.so.1"));
	must_refuse("r/one", (const char *const[]){ "liba.so needs", "libb.so.1",
						    "give it with --file or --dir" });
	free(lib);
}
END_TEST

START_TEST(rpath_is_inherited)
{
	char *lib = elves_path("i/lib"), *other = elves_path("i/other");
	const struct elf_spec with = { .rpath = lib, .needed = { "liba.so" } };

	elves_make("i/with", &with);
	elves_make("i/lib/liba.so", &(struct elf_spec){ .needed = { "libb.so" } });
	elves_make("i/lib/libb.so", &(struct elf_spec){ 0 });
	must_add("i/with", NULL);
	ck_assert(has("i/lib/libb.so"));
	/* A RUNPATH puts that of its loaders out. */
	elves_make("i/lib/liba.so",
		   &(struct elf_spec){ .runpath = other, .needed = { "libb.so" } });
	end();
	begin();
	must_refuse("i/with", (const char *const[]){ "liba.so needs", "libb.so", "not found" });
	/* And what that loader's own RUNPATH has put out. */
	elves_make("i/other/liba.so", &(struct elf_spec){ .needed = { "libb.so" } });
	elves_make("i/with",
		   &(struct elf_spec){ .rpath = lib, .runpath = other, .needed = { "liba.so" } });
	end();
	begin();
	must_refuse("i/with", (const char *const[]){ "liba.so needs", "libb.so", "not found" });
	elves_make("i/with",
		   &(struct elf_spec){ .rpath = lib, .runpath = other, .needed = { "libb.so" } });
	end();
	begin();
	must_refuse("i/with", (const char *const[]){ "i/with needs", "libb.so", "not found" });
	free(lib);
	free(other);
}
END_TEST

START_TEST(links_of_libraries_are_kept)
{
	char *lib = elves_path("l/lib"), *path = elves_path("l/lib/libfoo.so.1");
	const struct tree_entry *entry;

	elves_make("l/prog", &(struct elf_spec){ .runpath = lib, .needed = { "libfoo.so.1" } });
	elves_make("l/lib/libfoo.so.1.2", &(struct elf_spec){ .soname = "libfoo.so.1" });
	elves_link("l/lib/libfoo.so.1", "libfoo.so.1.2");
	must_add("l/prog", NULL);
	entry = tree_find(&tree, path);
	ck_assert(entry && !strcmp(strrchr(entry->path, '/'), "/libfoo.so.1.2"));
	free(path);
	free(lib);
}
END_TEST

START_TEST(other_machines_are_passed_over)
{
	char *list = xasprintf("%s/m/arm:%s/m/x86", scratch_dir, scratch_dir);

	elves_make("m/prog", &(struct elf_spec){ .runpath = list, .needed = { "libm.so" } });
	elves_make("m/arm/libm.so", &(struct elf_spec){ .machine = EM_AARCH64 });
	elves_make("m/x86/libm.so", &(struct elf_spec){ 0 });
	must_add("m/prog", NULL);
	ck_assert(has("m/x86/libm.so") && !has("m/arm/libm.so"));
	free(list);
}
END_TEST

START_TEST(levels_come_along)
{
	elves_make("h/prog", &(struct elf_spec){ .runpath = "$ORIGIN", .needed = { "libh.so" } });
	elves_make("h/libh.so", &(struct elf_spec){ 0 });
	elves_make("h/glibc-hwcaps/x86-64-v2/libh.so", &(struct elf_spec){ 0 });
	elves_make("h/glibc-hwcaps/x86-64-v4/libh.so", &(struct elf_spec){ 0 });
	must_add("h/prog", NULL);
	ck_assert(has("h/libh.so") && has("h/glibc-hwcaps/x86-64-v2/libh.so") &&
		  has("h/glibc-hwcaps/x86-64-v4/libh.so"));
}
END_TEST

/* By LD_LIBRARY_PATH, and what the user has put there instead. */
START_TEST(path_and_the_users_own)
{
	char *lib = elves_path("p/lib"), *own = elves_path("p/own.so");
	char *there = elves_path("p/lib/libp.so");
	struct stat st;

	elves_make("p/prog", &(struct elf_spec){ .needed = { "libp.so", "libq.so" } });
	elves_make("p/lib/libp.so", &(struct elf_spec){ 0 });
	elves_make("p/lib/libq.so", &(struct elf_spec){ 0 });
	elves_make("p/own.so", &(struct elf_spec){ 0 });
	closure.libraries.path = lib;
	ck_assert_int_eq(stat(own, &st), 0);
	tree_add_file(&tree, there, own, &st);
	must_add("p/prog", NULL);
	ck_assert_str_eq(tree_find(&tree, there)->host, own);
	ck_assert(has("p/lib/libq.so"));
	free(lib);
	free(own);
	free(there);
}
END_TEST

/* glibc's own, as ldconfig(8) writes it, with the old one before it or without. */
START_TEST(loaders_cache_is_read)
{
	char *first = elves_path("c/one/libc1.so"), *second = elves_path("c/two/libc1.so");
	char file[1024] = "ld.so-1.7.0", *start = file + (_i ? 16 : 0);
	uint32_t *numbers = (uint32_t *)(start + 20);

	elves_make("c/prog", &(struct elf_spec){ .needed = { "libc1.so" } });
	elves_make("c/one/libc1.so", &(struct elf_spec){ 0 });
	elves_make("c/two/libc1.so", &(struct elf_spec){ 0 });
	memcpy(start, "glibc-ld.so.cache1.1", 20);
	numbers[0] = 3;
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t *entry = (uint32_t *)(start + 48 + 24 * i);

		entry[1] = 200;
		entry[2] = i == 0 ? 0xfffffff0 : 200 + 100 * i;
	}
	strcpy(start + 200, "libc1.so");
	strcpy(start + 300, first);
	strcpy(start + 400, second);
	closure.libraries.cache = file;
	closure.libraries.cache_size = sizeof(file);
	must_add("c/prog", NULL);
	ck_assert(has("c/one/libc1.so") && has("c/two/libc1.so"));
	/* Cut anywhere, it is read to there at most. */
	for (size_t size = 0; size < 500; size++) {
		struct error err;

		closure.libraries.cache = xmalloc(size + 1);
		memcpy(closure.libraries.cache, file, size);
		closure.libraries.cache_size = size;
		end();
		tree = (struct tree){ 0 };
		add("c/prog", NULL, &err);
		free(closure.libraries.cache);
	}
	free(first);
	free(second);
}
END_TEST

START_TEST(interpreters_have_interpreters)
{
	char *text, *path = elves_path("s");

	text = xasprintf("#! %s/second  -x  -y \necho\n", path);
	elves_text("s/first", text);
	free(text);
	text = xasprintf("#!/usr/bin/env -S A=b third -z\n");
	elves_text("s/second", text);
	free(text);
	elves_make("s/third", &(struct elf_spec){ .runpath = "$ORIGIN", .needed = { "libs.so" } });
	elves_make("s/libs.so", &(struct elf_spec){ 0 });
	closure.path = text = xasprintf("/usr/bin:%s", path);
	must_add("s/first", NULL);
	ck_assert(has("s/second") && has("s/third") && has("s/libs.so"));
	ck_assert_ptr_nonnull(tree_find(&tree, "/usr/bin/env"));
	elves_text("s/lost", "#!/nowhere/sh\n");
	must_refuse("s/lost", (const char *const[]){ "s/lost needs the interpreter", "/nowhere/sh",
						     "--file" });
	elves_text("s/lost-env", "#!/usr/bin/env no-such-program\n");
	must_refuse("s/lost-env", (const char *const[]){ "s/lost-env needs the interpreter",
							 "no-such-program", "--file" });
	elves_make("s/lost-elf", &(struct elf_spec){ .interpreter = "/nowhere/ld.so" });
	must_refuse("s/lost-elf", (const char *const[]){ "s/lost-elf needs the interpreter",
							 "/nowhere/ld.so", "--file" });
	/* One that needs itself ends. */
	text = xasprintf("%s/itself", path);
	free(path);
	path = xasprintf("#!%s\n", text);
	elves_text("s/itself", path);
	must_add("s/itself", NULL);
	free(text);
	free((char *)closure.path);
	free(path);
}
END_TEST

/* Cut anywhere, and with each byte of its tables wrong. */
START_TEST(damaged_is_said)
{
	const struct elf_spec spec = { .interpreter = "/bin/sh", .needed = { "libx.so" } };
	char *path = elves_path("d/prog");
	unsigned int refused = 0;
	struct needs needs;
	struct error err;

	for (off_t size = 4; size < 1500; size += 5) {
		elves_make("d/prog", &spec);
		ck_assert_int_eq(truncate(path, size), 0);
		if (needs_read(&needs, path, &err))
			refused++;
		else
			needs_free(&needs);
	}
	ck_assert_uint_gt(refused, 80);
	ck_assert_msg(strstr(err.text, "a damaged ELF file") != NULL, "%s", err.text);
	for (long at = 4; at < 450; at += 3) {
		FILE *file;

		elves_make("d/prog", &spec);
		file = fopen(path, "r+");
		fseek(file, at, SEEK_SET);
		fputc(0xff, file);
		fclose(file);
		if (!needs_read(&needs, path, &err))
			needs_free(&needs);
	}
	free(path);
}
END_TEST

/* What a plug-in lacks its program may have. */
START_TEST(lenient_goes_on)
{
	elves_make("e/plugin.so", &(struct elf_spec){ .runpath = "$ORIGIN",
						      .needed = { "libmissing.so", "libe.so" } });
	elves_make("e/libe.so", &(struct elf_spec){ 0 });
	closure.lenient = true;
	must_add("e/plugin.so", NULL);
	ck_assert(has("e/libe.so"));
}
END_TEST

/* execvp(3): what cannot be executed is passed over. */
START_TEST(programs_are_found)
{
	char *path = xasprintf("%s/f/a:%s/f/b", scratch_dir, scratch_dir), *plain, *wanted;
	struct tree_entry *entry;
	char old[4096];

	elves_text("f/a/tool", "not executable");
	elves_text("f/b/tool", "executable");
	plain = elves_path("f/a/tool");
	wanted = elves_path("f/b/tool");
	ck_assert_int_eq(chmod(plain, 0644), 0);
	closure.path = path;
	entry = closure_find(&closure, "tool");
	ck_assert(entry && !strcmp(entry->path, wanted));
	ck_assert_ptr_null(closure_find(&closure, "no-tool"));
	ck_assert_ptr_null(closure_find(&closure, "/nowhere/tool"));
	/* A relative path is from here, and there from the command's folder on. */
	ck_assert(getcwd(old, sizeof(old)) && !chdir(scratch_dir));
	closure.chdir = "/work";
	entry = closure_find(&closure, "./f/../f/b/tool");
	ck_assert_int_eq(chdir(old), 0);
	ck_assert(entry && !strcmp(entry->path, "/work/f/b/tool"));
	free(path);
	free(plain);
	free(wanted);
}
END_TEST

Suite *closure_suite(void)
{
	const TTest *const scripts[] = { interpreters_have_interpreters };
	const char *reason = access("/usr/bin/env", X_OK) ? "no /usr/bin/env" : NULL;
	Suite *s = suite_create("closure");
	TCase *tc = tcase_create("closure");

	tcase_set_timeout(tc, 20);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, origin_is_where_each_file_is);
	tcase_add_test(tc, runpath_is_not_inherited);
	tcase_add_test(tc, rpath_is_inherited);
	tcase_add_test(tc, links_of_libraries_are_kept);
	tcase_add_test(tc, other_machines_are_passed_over);
	tcase_add_test(tc, levels_come_along);
	tcase_add_test(tc, path_and_the_users_own);
	tcase_add_loop_test(tc, loaders_cache_is_read, 0, 2);
	add_or_skip(tc, scripts, COUNT(scripts), reason);
	tcase_add_test(tc, damaged_is_said);
	tcase_add_test(tc, lenient_goes_on);
	tcase_add_test(tc, programs_are_found);
	suite_add_tcase(s, tc);
	return s;
}
