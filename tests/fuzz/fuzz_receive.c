// SPDX-License-Identifier: MIT
/*
 * A guest's archive of --out, in bytes as they are, or of entries made of the input: of hostile
 * names, kinds and sizes. Nothing outside of what was asked for changes, whatever comes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/folder.h"
#include "tests/fuzz/support.h"
#include "vmm/guest/extract.h"

#define LARGEST_FILE (1 << 20)
#define PICK(bytes, list) ((list)[fuzz_byte(bytes) % (sizeof(list) / sizeof((list)[0]))])

static const char untouched[] = "what is here stays";
static int archive;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_confine(LARGEST_FILE);
	folder_enter();
	archive = memfd_create("archive", MFD_CLOEXEC);
	must(archive >= 0 && !mkdir("out", 0700));
	folder_put("out/a", untouched, sizeof(untouched));
	return 0;
}

static void add_entry(struct bytes *bytes)
{
	static const char *const parts[] = { "0", "1", "a",   "b",	"..",	      ".",  "",
					     "2", "x", "out", "../out", "TRAILER!!!", "-1", "01" };
	static const char *const contents[] = {
		"../out/a", "../out", "a", "/", "..", "b", "", "."
	};
	static const unsigned int kinds[] = {
		S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFREG, S_IFLNK
	};
	const char *content = PICK(bytes, contents);
	unsigned int kind = PICK(bytes, kinds), mode = fuzz_below(bytes, 010000), length;
	unsigned int lie = fuzz_byte(bytes) > 250 ? fuzz_byte(bytes) : 0;
	char name[100] = "0/", header[200];

	if (fuzz_byte(bytes) < 64)
		strcpy(name, PICK(bytes, parts));
	else
		for (int i = fuzz_byte(bytes) % 4; i >= 0; i--)
			sprintf(name + strlen(name), "%s%s", PICK(bytes, parts), i ? "/" : "");
	length = strlen(name) + 1;
	sprintf(header, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08x%08x", 1,
		kind | mode, 0, 0, 1, 0, strlen(content) + lie, 0, 0, 0, 0, length, 0);
	must(write(archive, header, 110) == 110 && write(archive, name, length) == length);
	must(write(archive, "\0\0\0", -(110 + length) & 3) >= 0);
	must(write(archive, content, strlen(content)) >= 0);
	must(write(archive, "\0\0\0", -strlen(content) & 3) >= 0);
}

static void make_archive(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };

	must(!ftruncate(archive, 0) && !lseek(archive, 0, SEEK_SET));
	if (size >= 4 && !memcmp(data, "0707", 4))
		must(write(archive, data, size) == (ssize_t)size);
	else
		while (bytes.left)
			add_entry(&bytes);
	must(!lseek(archive, 0, SEEK_SET));
}

/* Only @names are in @folder. */
static void check_names(const char *folder, const char *names)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	must(dir);
	while ((entry = readdir(dir)))
		must(strstr(names, entry->d_name));
	closedir(dir);
}

static void check_untouched(void)
{
	char text[sizeof(untouched) + 1];
	int fd = open("out/a", O_RDONLY | O_CLOEXEC);

	check_names("out", ". .. a");
	check_names(".", ". .. in new out");
	must(fd >= 0 && read(fd, text, sizeof(text)) == sizeof(untouched) &&
	     !memcmp(text, untouched, sizeof(untouched)));
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct extract_target targets[2] = {
		{ .path = "in" },
		{ .path = "new", .name = "new" },
	};
	struct extract_faults faults = { 0 };

	must(!mkdir("in", 0700));
	targets[0].folder = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);
	targets[1].folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	make_archive(data, size);
	extract_all(archive, targets, 2, &faults);
	if (faults.nr)
		fuzz_check_error(&faults.first);
	close(targets[0].folder);
	close(targets[1].folder);
	check_untouched();
	folder_remove("in");
	folder_remove("new");
	return 0;
}
