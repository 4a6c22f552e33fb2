// SPDX-License-Identifier: MIT
#include <stdint.h>
#include <string.h>

#include "vmm/guest/init/link.h"
#include "vmm/guest/init/newc.h"
#include "vmm/guest/init/stream.h"

struct newc_header {
	char magic[6], ino[8], mode[8], uid[8], gid[8], nlink[8], mtime[8], size[8], device[2][8],
		special[2][8], name_size[8], sum[8];
};
_Static_assert(sizeof(struct newc_header) == 110, "cpio(5), New ASCII Format");

/* So that a frame is a full one. */
static uint8_t bytes[FRAME_MAX];
static size_t length;
static uint32_t total;

static void flush(void)
{
	stream_send_files(bytes, length);
	length = 0;
}

void newc_data(const void *data, size_t size)
{
	const uint8_t *from = data;
	size_t part;

	for (total += size; size; size -= part, from += part) {
		part = size < sizeof(bytes) - length ? size : sizeof(bytes) - length;
		memcpy(bytes + length, from, part);
		length += part;
		if (length == sizeof(bytes))
			flush();
	}
}

static void pad(void)
{
	newc_data("\0\0\0", -total & 3);
}

static void put_hex(char field[8], uint32_t value)
{
	int i;

	for (i = 7; i >= 0; i--, value >>= 4)
		field[i] = "0123456789abcdef"[value & 15];
}

void newc_entry(const char *name, const struct stat *st)
{
	struct newc_header header;
	size_t name_size = strlen(name) + 1;

	memset(&header, '0', sizeof(header));
	memcpy(header.magic, "070701", sizeof(header.magic));
	put_hex(header.mode, st->st_mode);
	put_hex(header.uid, st->st_uid);
	put_hex(header.gid, st->st_gid);
	put_hex(header.nlink, 1);
	put_hex(header.mtime, st->st_mtime);
	put_hex(header.size, st->st_size);
	put_hex(header.name_size, name_size);
	pad();
	newc_data(&header, sizeof(header));
	newc_data(name, name_size);
	pad();
}

void newc_end(void)
{
	struct stat none = { 0 };

	newc_entry("TRAILER!!!", &none);
	flush();
	link_send(FRAME_END, FRAME_FILES, NULL, 0);
}
