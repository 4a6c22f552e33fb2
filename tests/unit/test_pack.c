// SPDX-License-Identifier: MIT
/* Trees and the archives they become. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/elves.h"
#include "tests/unit/newc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/pack.h"

static void pack(struct newc *newc, struct tree *tree)
{
	int fd = memfd_create("archive", 0);
	struct error err = { 0 };

	ck_assert_msg(!pack_write(tree, fd, &err), "%s", err.text);
	ck_assert(pack_is_whole(fd));
	newc_read(newc, fd);
	close(fd);
	tree_free(tree);
}

START_TEST(kinds_are_kept)
{
	static const char zeroes[5000];
	const struct stat fifo = { .st_mode = S_IFIFO | 0622, .st_uid = 5 };
	struct tree tree = { 0 };
	const struct newc_file *file;
	struct newc newc;

	tree_add_data(&tree, "/a/b/zeroes", zeroes, sizeof(zeroes), 04711);
	tree_add_data(&tree, "/a/empty", "", 0, 0);
	tree_add_folder(&tree, "/a/sticky", 01777);
	tree_add_device(&tree, "/dev/sda", S_IFBLK | 0660, makedev(8, 300));
	tree_add_file(&tree, "/dev/fifo", NULL, &fifo);
	pack(&newc, &tree);
	ck_assert_str_eq(newc.files[0].path, "a"); /* before what is in it */
	file = newc_find(&newc, "a/b/zeroes");
	ck_assert(file->mode == (S_IFREG | 04711) && file->size == sizeof(zeroes));
	ck_assert(!newc_find(&newc, "a/empty")->size);
	ck_assert_uint_eq(newc_find(&newc, "a/b")->mode, S_IFDIR | 0755);
	ck_assert_uint_eq(newc_find(&newc, "a/sticky")->mode, S_IFDIR | 01777);
	file = newc_find(&newc, "dev/sda");
	ck_assert(file->mode == (S_IFBLK | 0660) && file->device == makedev(8, 300));
	file = newc_find(&newc, "dev/fifo");
	ck_assert(file->mode == (S_IFIFO | 0622) && file->uid == 5);
	newc_free(&newc);
}
END_TEST

/* A path goes through links, also after ".."; what is in a circle is nowhere. */
START_TEST(links_are_followed)
{
	struct tree tree = { 0 };
	const struct newc_file *file;
	struct newc newc;

	tree_add_link(&tree, "/bin", "usr/bin");
	tree_add_link(&tree, "/usr/bin/more", "../../opt/./x");
	tree_add_link(&tree, "/opt/x", "/srv");
	tree_add_link(&tree, "/one", "two");
	tree_add_link(&tree, "/two", "one");
	tree_add_data(&tree, "/bin/more/file", "1", 1, 0644);
	tree_add_data(&tree, "/srv/file", "2", 1, 0644); /* the same */
	tree_add_data(&tree, "/one/file", "3", 1, 0644);
	ck_assert_ptr_eq(tree_find(&tree, "/bin/more/file"), tree_find(&tree, "/srv/file"));
	ck_assert_ptr_null(tree_find(&tree, "/two/file"));
	ck_assert_ptr_null(tree_find(&tree, "/two"));
	pack(&newc, &tree);
	file = newc_find(&newc, "srv/file");
	ck_assert(file && file->data[0] == '1');
	ck_assert_ptr_null(newc_find(&newc, "bin/more/file"));
	ck_assert_str_eq(newc_find(&newc, "bin")->target, "usr/bin");
	newc_free(&newc);
}
END_TEST

/* Longer than any kernel's path, it is cut and harms nothing. */
START_TEST(long_paths_are_bounded)
{
	char *path = xmalloc(10001), *got;
	struct tree tree = { 0 };

	for (int i = 0; i < 10000; i += 2)
		memcpy(path + i, "/x", 2);
	path[10000] = '\0';
	got = tree_path("/", path);
	ck_assert_uint_lt(strlen(got), 4096);
	tree_add_data(&tree, path, "1", 1, 0644);
	tree_find(&tree, path);
	tree_free(&tree);
	free(got);
	free(path);
}
END_TEST

static const struct {
	const char *folder, *path, *wanted;
} paths[] = {
	{ "/", "a", "/a" },
	{ "/b", "a", "/b/a" },
	{ "/b", "/a", "/a" },
	{ "/", "../../a/./b//c/..", "/a/b" },
	{ "b", "./a/", "/b/a" },
	{ "/b", "..", "/" },
	{ "/", "..a/...", "/..a/..." },
};

START_TEST(paths_are_normal)
{
	char *got = tree_path(paths[_i].folder, paths[_i].path);

	ck_assert_str_eq(got, paths[_i].wanted);
	free(got);
}
END_TEST

/* A file that is not what it was when it joined the tree. */
START_TEST(changed_files_are_refused)
{
	char *path = elves_path("pack/file");
	struct tree tree = { 0 };
	struct error err = { 0 };
	int fd = memfd_create("archive", 0);
	struct stat st;

	elves_text("pack/file", "some text");
	ck_assert_int_eq(stat(path, &st), 0);
	st.st_mtim.tv_nsec ^= 1;
	tree_add_file(&tree, "/file", path, &st);
	if (_i)
		ck_assert_int_eq(truncate(path, 3), 0);
	ck_assert_int_eq(pack_write(&tree, fd, &err), -1);
	ck_assert(err.contention && strstr(err.text, "pack/file: it changed"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(pack_write(&tree, fd, &err), -1);
	ck_assert(strstr(err.text, "pack/file: No such file") != NULL);
	tree_free(&tree);
	free(path);
	close(fd);
}
END_TEST

Suite *pack_suite(void)
{
	Suite *s = suite_create("pack");
	TCase *tc = tcase_create("pack");

	tcase_add_test(tc, kinds_are_kept);
	tcase_add_test(tc, links_are_followed);
	tcase_add_test(tc, long_paths_are_bounded);
	tcase_add_loop_test(tc, paths_are_normal, 0, COUNT(paths));
	tcase_add_loop_test(tc, changed_files_are_refused, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
