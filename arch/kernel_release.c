// SPDX-License-Identifier: MIT
#include "arch/kernel_release.h"

#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "arch/load.h"
#include "mem/xalloc.h"

#define CHUNK (1 << 20)

/* boot.rst: a pointer from here on, at this place. */
#define BZIMAGE_BASE 0x200
#define BZIMAGE_VERSION 0x20e

static const char banner[] = "Linux version ";

/* What is at @text, up to a blank or a 0; of @size bytes. */
static bool take_release(const char *text, size_t size, char release[KERNEL_RELEASE_SIZE])
{
	size_t nr = 0;

	if (!size || text[0] < '0' || text[0] > '9')
		return false;
	while (nr < size && text[nr] > ' ' && text[nr] <= '~')
		nr++;
	if (nr == size || nr >= KERNEL_RELEASE_SIZE || (text[nr] && text[nr] != ' '))
		return false;
	memcpy(release, text, nr);
	release[nr] = '\0';
	return true;
}

static int read_header(const struct file *file, char release[KERNEL_RELEASE_SIZE],
		       struct error *err)
{
	uint64_t offset = BZIMAGE_BASE + kernel_file_field(file->head + BZIMAGE_VERSION, 2), size;
	char text[KERNEL_RELEASE_SIZE];

	size = offset < file->size ? file->size - offset : 0;
	size = size < sizeof(text) ? size : sizeof(text);
	if (file_read(file, offset, text, size, err))
		return -1;
	if (offset == BZIMAGE_BASE || !take_release(text, size, release))
		return error_set(err, "its header does not say which version it is: it is damaged");
	return 0;
}

static bool find_banner(const char *text, size_t size, char release[KERNEL_RELEASE_SIZE])
{
	const size_t length = strlen(banner);
	const char *end = text + size, *at = text;

	while ((at = memmem(at, end - at, banner, length))) {
		at += length;
		if (take_release(at, end - at, release))
			return true;
	}
	return false;
}

/* Of the chunks each begins with the end of the one before, which may have cut the banner. */
static int scan_segment(const struct file *file, const struct kernel_segment *s, char *chunk,
			char release[KERNEL_RELEASE_SIZE], struct error *err)
{
	const size_t overlap = sizeof(banner) + KERNEL_RELEASE_SIZE;

	for (uint64_t at = 0; at < s->file_size; at += CHUNK - overlap) {
		uint64_t left = s->file_size - at, size = left < CHUNK ? left : CHUNK;

		if (file_read(file, s->offset + at, chunk, size, err))
			return -1;
		if (find_banner(chunk, size, release))
			return 0;
	}
	release[0] = '\0';
	return 0;
}

static int scan(const struct file *file, const struct kernel *kernel,
		char release[KERNEL_RELEASE_SIZE], struct error *err)
{
	char *chunk = xmalloc(CHUNK);
	int ret = 0;

	release[0] = '\0';
	for (unsigned int i = 0; !ret && !release[0] && i < kernel->nr; i++)
		ret = scan_segment(file, &kernel->segments[i], chunk, release, err);
	free(chunk);
	if (!ret && !release[0])
		return error_set(err, "there is no \"%s...\" in it: it is no Linux, or damaged",
				 banner);
	return ret;
}

static int scan_stream(const struct file *file, const struct kernel_stream *stream,
		       char release[KERNEL_RELEASE_SIZE], struct error *err)
{
	struct kernel kernel = { 0 };
	struct unpacked unpacked;
	int ret = load_unpack(&unpacked, file, stream, &kernel, err) ||
		  scan(&unpacked.file, &kernel, release, err);

	if (!ret)
		unpack_keep(&unpacked);
	unpack_close(&unpacked);
	return ret ? -1 : 0;
}

static int read_release(const struct boot *boot, char release[KERNEL_RELEASE_SIZE],
			struct error *err)
{
	struct kernel_stream stream = { 0 };
	struct kernel kernel = { 0 };

	if (arch_kernel_read(boot, &kernel, &stream, err))
		return -1;
	if (kernel_file_format(boot->kernel.head, boot->kernel.size) == KERNEL_BZIMAGE)
		return read_header(&boot->kernel, release, err);
	if (stream.size)
		return scan_stream(&boot->kernel, &stream, release, err);
	return scan(&boot->kernel, &kernel, release, err);
}

int kernel_release(const struct boot *boot, char release[KERNEL_RELEASE_SIZE], struct error *err)
{
	return read_release(boot, release, err)
		       ? error_prefix(err, "kernel %s: ", boot->kernel.name)
		       : 0;
}
