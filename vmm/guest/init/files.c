// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/guest/init/files.h"
#include "vmm/guest/init/link.h"
#include "vmm/guest/init/newc.h"
#include "vmm/guest/init/text.h"

#define FILES_DEPTH 64 /* of folders; one is open per level */
#define FILES_COPY (64 << 20) /* bytes of a file that does not say its size */

static const char *out; /* the path that is being sent, */
static char name[PATH_MAX]; /* the name of its entry, */
static uint8_t bytes[16 * FRAME_MAX]; /* and of that one's bytes */

static void warn(const char *why)
{
	const char *below = strchr(name, '/');

	link_say(FRAME_WARNING, text_join("--out ", out, below ? below : "", ": ", why));
}

static ssize_t read_full(int fd)
{
	size_t length = 0;
	ssize_t n = 1;

	for (; n > 0 && length<sizeof(bytes); length += n> 0 ? n : 0)
		n = read(fd, bytes + length, sizeof(bytes) - length);
	return n < 0 && errno != EAGAIN && !length ? -1 : (ssize_t)length;
}

/* Takes the place of @fd, whose first bytes have been read: it is of /proc, or a trace. */
static int copy_file(int fd, off_t *size)
{
	int copy = memfd_create("numavm", MFD_CLOEXEC);
	ssize_t n = sizeof(bytes);

	*size = 0;
	while (n > 0 && *size < FILES_COPY && write(copy, bytes, n) == n) {
		*size += n;
		n = read_full(fd);
	}
	if (n > 0)
		warn("cut: it does not end, or there is no memory for a copy");
	close(fd);
	lseek(copy, 0, SEEK_SET);
	return copy;
}

/* As many bytes as the entry says, whatever becomes of the file; the first @n have been read. */
static void send_bytes(int fd, uint64_t left, ssize_t n)
{
	bool shorter = false;

	while (left) {
		if (n <= 0) {
			shorter = true;
			memset(bytes, 0, n = sizeof(bytes));
		}
		n = (uint64_t)n < left ? n : (ssize_t)left;
		newc_data(bytes, n);
		left -= n;
		n = left && !shorter ? read_full(fd) : 0;
	}
	if (shorter)
		warn("became shorter while it was read, and ends with zeroes");
}

/* A file that is read whole at once is as long as that; others are as long as they say. */
static int send_file(int fd, struct stat *st)
{
	ssize_t n = read_full(fd);

	if (n < 0)
		return fd;
	if ((size_t)n < sizeof(bytes)) {
		st->st_size = n;
	} else if ((size_t)st->st_size <= sizeof(bytes)) {
		fd = copy_file(fd, &st->st_size);
		n = read_full(fd);
	}
	if (st->st_size > UINT32_MAX) {
		warn("larger than 4 GiB, which the archive has no size for");
	} else {
		newc_entry(name, st);
		send_bytes(fd, st->st_size, n);
	}
	errno = 0;
	return fd;
}

static void send_link(int folder, const char *path, struct stat *st)
{
	ssize_t n = readlinkat(folder, path, (char *)bytes, PATH_MAX);

	if (n < 0)
		return warn(strerror(errno));
	st->st_size = n;
	newc_entry(name, st);
	newc_data(bytes, n);
}

static void send_entry(int folder, const char *path, unsigned int depth);

static void send_folder(int fd, struct stat *st, unsigned int depth)
{
	size_t length = strlen(name);
	DIR *folder = fdopendir(fd);
	struct dirent *entry;

	st->st_size = 0;
	newc_entry(name, st);
	while (folder && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (length + strlen(entry->d_name) + 2 > sizeof(name)) {
			warn("what is in it has a name that is too long");
			continue;
		}
		name[length] = '/';
		strcpy(name + length + 1, entry->d_name);
		send_entry(fd, entry->d_name, depth + 1);
		name[length] = '\0';
	}
	if (folder)
		closedir(folder);
}

/* What the user named may be a link to it; below that, links are sent as links. */
static void send_entry(int folder, const char *path, unsigned int depth)
{
	struct stat st;
	int fd;

	if (fstatat(folder, path, &st, depth ? AT_SYMLINK_NOFOLLOW : 0))
		return warn(strerror(errno));
	if (S_ISLNK(st.st_mode))
		return send_link(folder, path, &st);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return warn("not sent: neither a file nor a folder nor a link");
	if (depth > FILES_DEPTH)
		return warn("not sent: too deep in the folder");
	fd = openat(folder, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (depth ? O_NOFOLLOW : 0));
	if (fd < 0)
		return warn(strerror(errno));
	if (S_ISDIR(st.st_mode))
		return send_folder(fd, &st, depth);
	fd = send_file(fd, &st);
	if (errno)
		warn(strerror(errno));
	close(fd);
}

void files_send(const struct job *job)
{
	size_t i;

	if (job->chdir)
		(void)!chdir(job->chdir);
	for (i = 0; i < job->outs.nr; i++) {
		out = job->outs.items[i];
		strcpy(name, text_number(i));
		send_entry(AT_FDCWD, out, 0);
	}
	if (job->outs.nr)
		newc_end();
}
