// SPDX-License-Identifier: MIT
#include "tests/unit/newc.h"

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/tree.h"

static void take(struct newc *newc, struct archive *archive, struct archive_entry *entry)
{
	const char *target = archive_entry_symlink(entry);
	struct newc_file *file;

	ck_assert_msg(!newc_find(newc, archive_entry_pathname(entry)), "%s is there twice",
		      archive_entry_pathname(entry));
	newc->files = xrealloc(newc->files, newc->nr + 1, sizeof(newc->files[0]));
	file = &newc->files[newc->nr++];
	*file = (struct newc_file){
		.path = xstrdup(archive_entry_pathname(entry)),
		.target = target ? xstrdup(target) : NULL,
		.size = target ? 0 : archive_entry_size(entry),
		.mode = archive_entry_mode(entry),
		.uid = archive_entry_uid(entry),
		.device = archive_entry_rdev(entry),
	};
	file->data = xmalloc(file->size + 1);
	ck_assert_int_eq(archive_read_data(archive, file->data, file->size), file->size);
}

void newc_read(struct newc *newc, int fd)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int ret;

	*newc = (struct newc){ 0 };
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(archive_read_support_format_cpio(archive), ARCHIVE_OK);
	ck_assert_int_eq(archive_read_open_fd(archive, fd, 65536), ARCHIVE_OK);
	while ((ret = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
		take(newc, archive, entry);
	ck_assert_msg(ret == ARCHIVE_EOF, "%s", archive_error_string(archive));
	archive_read_free(archive);
}

const struct newc_file *newc_find(const struct newc *newc, const char *path)
{
	for (unsigned int i = 0; i < newc->nr; i++)
		if (!strcmp(newc->files[i].path, path))
			return &newc->files[i];
	return NULL;
}

/* One link at a time, from the left. */
const struct newc_file *newc_follow(const struct newc *newc, const char *path)
{
	const struct newc_file *file = NULL;
	char *at = tree_path("/", path);

	for (int links = 0; links < 40; links++) {
		const struct newc_file *link = NULL;
		size_t size = 1;
		char *next, *folder;

		while (at[size] && !(link && link->target)) {
			char *prefix;

			size += 1 + strcspn(at + size + 1, "/");
			prefix = xasprintf("%.*s", (int)size - 1, at + 1);
			link = newc_find(newc, prefix);
			free(prefix);
		}
		file = link;
		if (!link || !link->target)
			break;
		folder = xasprintf("/%s/..", link->path);
		next = xasprintf("%s/%s%s", link->target[0] == '/' ? "" : folder, link->target,
				 at + size);
		free(folder);
		free(at);
		at = tree_path("/", next);
		free(next);
	}
	free(at);
	return file;
}

void newc_like_host(const struct newc *newc, const char *path)
{
	const struct newc_file *file = newc_follow(newc, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	ck_assert_msg(file != NULL, "%s is not in the archive", path);
	ck_assert_msg(fd >= 0 && !fstat(fd, &st), "%s", path);
	ck_assert_msg(file->size == (size_t)st.st_size, "%s has another size", path);
	data = xmalloc(st.st_size + 1);
	ck_assert_int_eq(read(fd, data, st.st_size), st.st_size);
	ck_assert_msg(!memcmp(data, file->data, st.st_size), "%s has other bytes", path);
	ck_assert_uint_eq(file->mode & S_IFMT, S_IFREG);
	close(fd);
	free(data);
}

void newc_free(struct newc *newc)
{
	for (unsigned int i = 0; i < newc->nr; i++) {
		free(newc->files[i].path);
		free(newc->files[i].target);
		free(newc->files[i].data);
	}
	free(newc->files);
}
