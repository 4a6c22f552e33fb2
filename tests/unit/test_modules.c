// SPDX-License-Identifier: MIT
/* Kernel modules found in folders that look like a package, a build tree or depmod's. */
#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/modules.h"

#define RELEASE "6.1.0-9-amd64"
#define MAGIC "vermagic=" RELEASE " SMP preempt mod_unload \0"

static char *folder; /* of one test */

/* A relocatable file with @info, of @size bytes, as its .modinfo. To be freed. */
static uint8_t *make_module(const char *info, size_t size, size_t *total)
{
	static const char names[] = "\0.modinfo\0.shstrtab";
	size_t at_names = sizeof(Elf64_Ehdr) + size, at_sections = at_names + sizeof(names);
	Elf64_Shdr sections[3] = {
		[1] = { .sh_name = 1, .sh_type = SHT_PROGBITS },
		[2] = { .sh_name = 10, .sh_type = SHT_STRTAB },
	};
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_shoff = at_sections,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3,
		.e_shstrndx = 2,
	};
	uint8_t *bytes;

	*total = at_sections + sizeof(sections);
	bytes = xcalloc(1, *total);
	sections[1].sh_offset = sizeof(header);
	sections[1].sh_size = size;
	sections[2].sh_offset = at_names;
	sections[2].sh_size = sizeof(names);
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), info, size);
	memcpy(bytes + at_names, names, sizeof(names));
	memcpy(bytes + at_sections, sections, sizeof(sections));
	return bytes;
}

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

/* With the folders that it needs. */
static void put(const char *name, const void *bytes, size_t size)
{
	char *path = path_of(name);
	int fd;

	for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(path, 0700);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_eq(write(fd, bytes, size), size);
	close(fd);
	free(path);
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static void put_sized(const char *name, const char *info, size_t size)
{
	uint8_t *bytes = make_module(info, size, &size);

	put(name, bytes, size);
	free(bytes);
}

#define put_module(name, info) put_sized(name, info, sizeof(info))

static void put_packed(const char *name, int (*filter)(struct archive *), const char *info,
		       size_t size)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	uint8_t *bytes = make_module(info, size, &size), packed[4096];
	size_t used;

	ck_assert_int_eq(filter(archive), ARCHIVE_OK);
	archive_write_set_format_raw(archive);
	archive_write_set_bytes_in_last_block(archive, 1);
	archive_write_open_memory(archive, packed, sizeof(packed), &used);
	archive_entry_set_filetype(entry, AE_IFREG);
	ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_data(archive, bytes, size), size);
	archive_write_close(archive);
	archive_entry_free(entry);
	archive_write_free(archive);
	put(name, packed, used);
	free(bytes);
}

static void setup(void)
{
	static int nr;

	folder = xasprintf("%s/modules-%d-%d", scratch_dir, getpid(), nr++);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
}

static void teardown(void)
{
	free(folder);
}

/* What is found, as "a b? c": ? is optional; or the message. */
static const char *found(const char *names)
{
	static char text[1000];
	char *folders[] = { folder, NULL };
	struct error err = { 0 };
	struct modules modules;
	size_t used = 0;

	text[0] = '\0';
	if (modules_find(&modules, names, folders, RELEASE, &err)) {
		snprintf(text, sizeof(text), "%s", err.text);
		modules_free(&modules);
		return text;
	}
	for (unsigned int i = 0; i < modules.nr; i++) {
		ck_assert_mem_eq(modules.list[i].data, ELFMAG, SELFMAG);
		used += snprintf(text + used, sizeof(text) - used, "%s%s%s", i ? " " : "",
				 modules.list[i].name, modules.list[i].optional ? "?" : "");
	}
	modules_free(&modules);
	return text;
}

#define has(text, part) ck_assert_msg(strstr(text, part) != NULL, "%s", text)

START_TEST(dependencies_come_first)
{
	put_module("lib/modules/x/kernel/a-b.ko", MAGIC "depends=c_d,e\0name=a_b");
	put_module("lib/modules/x/kernel/fs/c-d.ko", MAGIC "depends=e");
	put_module("lib/modules/x/kernel/e.ko", MAGIC "depends=");
	put_module("lib/modules/x/kernel/other.ko", MAGIC);
	ck_assert_str_eq(found("a-b"), "e c_d a_b");
	ck_assert_str_eq(found("a_b,other,e"), "e c_d a_b other");
	ck_assert_str_eq(found("e,a_b"), "e c_d a_b");
}
END_TEST

static int (*const packers[])(struct archive *) = {
	archive_write_add_filter_xz,
	archive_write_add_filter_zstd,
	archive_write_add_filter_gzip,
};
static const char *const packed_names[] = { "a.ko.xz", "a.ko.zst", "a.ko.gz" };

START_TEST(packed_are_unpacked)
{
	put_packed(packed_names[_i], packers[_i], MAGIC "depends=b", sizeof(MAGIC "depends=b"));
	put_module("b.ko", MAGIC);
	ck_assert_str_eq(found("a"), "b a");
	put_text(packed_names[_i], "\x1f\x8b\x08 not really");
	has(found("a"), "/a.ko");
	has(found("a"), "cannot be unpacked");
}
END_TEST

/* Only what is asked for, and what it needs, is opened when names say where it is. */
START_TEST(others_are_not_opened)
{
	put_module("a.ko", MAGIC);
	put_text("b.ko", "no module");
	ck_assert_str_eq(found("a"), "a");
	has(found("b"), "b.ko: not a kernel module of 64 bits, or damaged");
}
END_TEST

START_TEST(aliases_are_scanned)
{
	put_module("ext4.ko", MAGIC "alias=fs-ext4\0alias=ext3");
	put_module("console.ko", MAGIC "alias=virtio:d00000003v*");
	put_module("range.ko", MAGIC "alias=cpu:[0-9]-x");
	put_text("broken.ko", "no module");
	ck_assert_str_eq(found("fs-ext4"), "ext4");
	ck_assert_str_eq(found("fs_ext4"), "ext4");
	ck_assert_str_eq(found("virtio:d00000003v00001AF4"), "console");
	ck_assert_str_eq(found("virtio:d00000003v*"), "console");
	ck_assert_str_eq(found("cpu:7_x"), "range");
	has(found("virtio:d00000004v00001AF4"), "module virtio:d00000004v00001AF4 is not in ");
}
END_TEST

START_TEST(all_of_an_alias_come)
{
	put_module("crc_fast.ko", MAGIC "alias=crc");
	put_module("crc_slow.ko", MAGIC "alias=crc");
	ck_assert_str_eq(found("crc"), "crc_slow? crc_fast?");
	ck_assert_str_eq(found("crc,crc_fast"), "crc_slow? crc_fast");
}
END_TEST

START_TEST(softdeps_come_where_they_are)
{
	put_module("a.ko", MAGIC "softdep=pre: crc none post: later\0depends=b");
	put_module("b.ko", MAGIC "softdep=pre: a");
	put_module("c.ko", MAGIC "alias=crc");
	put_module("later.ko", MAGIC);
	ck_assert_str_eq(found("a"), "c? b a");
}
END_TEST

START_TEST(lists_of_depmod_are_taken)
{
	put_text("modules.dep", "kernel/a.ko: kernel/b.ko\nupdates/b.ko:\n");
	put_text("modules.alias", "# Aliases\nalias fs-x* a\nalias broken\n");
	put_module("kernel/a.ko", MAGIC "depends=b\0alias=not-listed");
	put_text("kernel/b.ko", "the one that depmod has not chosen");
	put_module("updates/b.ko", MAGIC);
	ck_assert_str_eq(found("fs-xyz"), "b a");
	/* No module is opened for an alias that they lack. */
	has(found("not-listed"), "module not-listed is not in ");
}
END_TEST

START_TEST(built_in_is_left_out)
{
	static const char info[] = "ext4.alias=fs-ext4\0ext4.license=GPL";

	put_text("sub/modules.builtin", "kernel/fs/ext4/ext4.ko\n");
	put("sub/modules.builtin.modinfo", info, sizeof(info));
	put_module("sub/a.ko", MAGIC "softdep=pre: fs-ext4");
	ck_assert_str_eq(found("ext4,a"), "a");
	ck_assert_str_eq(found("fs-ext4"), "");
}
END_TEST

START_TEST(missing_is_refused)
{
	put_module("a.ko", MAGIC "depends=gone");
	has(found("gone"), "--modules gone: module gone is not in ");
	has(found("gone"), folder);
	has(found("gone"), "built into the kernel, leave it out; else name its folder with "
			   "--module-dir");
	has(found("a"), "a.ko: needs module gone, which is not in ");
}
END_TEST

START_TEST(circle_is_refused)
{
	put_module("a.ko", MAGIC "depends=b");
	put_module("b.ko", MAGIC "depends=c");
	put_module("c.ko", MAGIC "depends=a");
	has(found("a"), "a.ko: ");
	has(found("a"), "b.ko: ");
	has(found("a"), "c.ko: a circle: it comes back to module a");
}
END_TEST

START_TEST(endless_chain_is_refused)
{
	for (int i = 0; i < 100; i++) {
		char name[20], info[100];
		int size = sprintf(info, "vermagic=%s SMP%cdepends=m%d", RELEASE, 0, i + 1);

		sprintf(name, "m%d.ko", i);
		put_sized(name, info, size + 1);
	}
	has(found("m0"), "more than 64 modules, each needing the next");
}
END_TEST

START_TEST(other_release_is_refused)
{
	put_module("a.ko", "vermagic=" RELEASE "-rt SMP");
	put_module("b.ko", "license=GPL");
	put_module("c.ko", MAGIC "depends=a");
	put_module("d.ko", "vermagic=6.1.0 SMP");
	has(found("d"), "d.ko: is for kernel 6.1.0, and this one is " RELEASE ": ");
	has(found("a"), "a.ko: is for kernel " RELEASE "-rt, and this one is " RELEASE ": ");
	has(found("b"), "b.ko: has no vermagic: not a kernel module");
	has(found("c"), "a.ko: is for kernel " RELEASE "-rt, and this one is " RELEASE ": ");
}
END_TEST

START_TEST(folders_that_are_none_are_refused)
{
	struct error err = { 0 };
	struct modules modules;

	ck_assert_int_eq(modules_find(&modules, "a", NULL, "0.0-none", &err), -1);
	has(err.text, "--modules a: no modules of kernel 0.0-none, name their folder with "
		      "--module-dir: /lib/modules/0.0-none: No such file or directory");
	rmdir(folder);
	has(found("a"), folder);
	has(found("a"), "No such file or directory");
}
END_TEST

START_TEST(folders_do_not_circle)
{
	char *path = path_of("self");

	put_module("a.ko", MAGIC);
	ck_assert_int_eq(symlink(folder, path), 0);
	ck_assert_str_eq(found("a"), "a");
	free(path);
}
END_TEST

START_TEST(deep_folders_are_refused)
{
	char name[300] = "";

	for (int i = 0; i < 70; i++)
		strcat(name, "d/");
	strcat(name, "a.ko");
	put_module(name, MAGIC);
	has(found("a"), "more than 64 folders deep");
}
END_TEST

START_TEST(fifo_does_not_hold_us_up)
{
	char *path = path_of("a.ko"), *list = path_of("modules.builtin");

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(mkfifo(list, 0600), 0);
	has(found("a"), "a.ko: not a regular file");
	free(path);
	free(list);
}
END_TEST

/* Nor one that never ends, or that is all one line. */
START_TEST(endless_list_is_none)
{
	char *zero = path_of("modules.dep"), *huge = path_of("modules.builtin");

	ck_assert_int_eq(symlink("/dev/zero", zero), 0);
	put_text("modules.builtin", "a.ko\n");
	ck_assert_int_eq(truncate(huge, 1LL << 40), 0);
	put_module("a.ko", MAGIC);
	ck_assert_str_eq(found("a"), "a");
	free(zero);
	free(huge);
}
END_TEST

/* Each byte of a module changed to what may hurt, and each length. */
START_TEST(damaged_is_refused_or_read)
{
	static const char info[] = MAGIC "alias=x";
	size_t size;
	uint8_t *bytes = make_module(info, sizeof(info), &size);

	for (size_t i = 0; i < size; i++) {
		uint8_t old = bytes[i];

		bytes[i] = _i;
		put("a.ko", bytes, size);
		found("a,x");
		bytes[i] = old;
		put("a.ko", bytes, i);
		has(found("a"), i ? "not a kernel module" : "empty");
	}
	free(bytes);
}
END_TEST

Suite *modules_suite(void)
{
	const TTest *const tests[] = {
		dependencies_come_first,
		others_are_not_opened,
		aliases_are_scanned,
		all_of_an_alias_come,
		softdeps_come_where_they_are,
		lists_of_depmod_are_taken,
		built_in_is_left_out,
		missing_is_refused,
		circle_is_refused,
		endless_chain_is_refused,
		other_release_is_refused,
		folders_that_are_none_are_refused,
		folders_do_not_circle,
		deep_folders_are_refused,
		fifo_does_not_hold_us_up,
		endless_list_is_none,
	};
	Suite *s = suite_create("modules");
	TCase *tc = tcase_create("modules");

	tcase_add_checked_fixture(tc, setup, teardown);
	for (size_t i = 0; i < COUNT(tests); i++)
		tcase_add_test(tc, tests[i]);
	tcase_add_loop_test(tc, packed_are_unpacked, 0, COUNT(packers));
	tcase_add_loop_test(tc, damaged_is_refused_or_read, 254, 256);
	suite_add_tcase(s, tc);
	return s;
}
