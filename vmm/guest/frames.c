// SPDX-License-Identifier: MIT
#include "vmm/guest/frames.h"

#include <string.h>

void frames_init(struct frames *frames, uint32_t key)
{
	*frames = (struct frames){ .key = key };
}

/* Could a frame begin with the @size bytes @at? */
static bool may_begin(const uint8_t *at, size_t size)
{
	const uint32_t magic = FRAME_MAGIC;

	return !memcmp(at, &magic, size < sizeof(magic) ? size : sizeof(magic));
}

/* Drops what the returned frame was made of, then what no frame begins with. */
static void drop_to_begin(struct frames *f)
{
	size_t from = f->taken;

	for (; from < f->have && !may_begin(f->bytes + from, f->have - from); from++)
		f->garbage += f->bytes[from] != 0; /* zeroes are between frames */
	memmove(f->bytes, f->bytes + from, f->have - from);
	f->have -= from;
	f->taken = 0;
}

static void refuse(struct frames *f)
{
	f->garbage++;
	f->taken = 1;
}

static bool is_header(const struct frame_header *header)
{
	return header->kind < FRAME_KINDS && header->stream < FRAME_STREAMS &&
	       header->length <= FRAME_MAX;
}

/* As many bytes as can be judged next. */
static size_t wanted(const struct frames *f)
{
	bool known = f->have >= sizeof(f->header) && is_header(&f->header);

	return sizeof(f->header) + (known ? f->header.length : 0);
}

static void count(struct frames *f)
{
	uint32_t number = f->header.number;

	f->lost += number >= f->next ? number - f->next : 1;
	f->next = number + 1;
}

/* Is what is there a frame's beginning, or a whole one, which is then taken? */
static bool judge(struct frames *f)
{
	if (f->have < sizeof(f->header))
		return false;
	if (!is_header(&f->header)) {
		refuse(f);
		return false;
	}
	if (f->have < wanted(f))
		return false;
	if (frame_sum(f->key, &f->header, &f->header + 1) != f->header.sum) {
		refuse(f);
		return false;
	}
	f->taken = wanted(f);
	count(f);
	return true;
}

static void fill(struct frames *f, const uint8_t **bytes, size_t *size)
{
	size_t lacking = f->have < wanted(f) ? wanted(f) - f->have : 0;
	size_t most = lacking < *size ? lacking : *size;

	memcpy(f->bytes + f->have, *bytes, most);
	f->have += most;
	*bytes += most;
	*size -= most;
}

bool frames_next(struct frames *f, const uint8_t **bytes, size_t *size)
{
	do {
		drop_to_begin(f);
		fill(f, bytes, size);
		if (may_begin(f->bytes, f->have) && judge(f))
			return true;
	} while (*size || f->taken);
	return false;
}
