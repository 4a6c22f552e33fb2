// SPDX-License-Identifier: MIT
/* Frames as init says them, over either way. */
#include "guest.h"

struct header {
	uint32_t magic;
	uint8_t kind, stream;
	uint16_t length;
	uint32_t number, sum;
};

uint32_t frames_key = FRAMES_KEY;
static int is_fast;
static uint32_t next_number;

void frames_open(int fast)
{
	if (!uart_select(1))
		fail("no second serial port", 0);
	uart_out(UART_FCR, 1);
	is_fast = fast;
}

static uint32_t add(uint32_t crc, const void *bytes, unsigned int size)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	for (const uint8_t *at = bytes; size; at++, size--) {
		crc ^= *at;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

static uint32_t sum_of(const struct header *header, const void *payload)
{
	const uint32_t key = frames_key;
	struct header summed = *header;

	summed.sum = 0;
	return ~add(add(add(~0U, &key, 4), &summed, sizeof(summed)), payload, header->length);
}

static union {
	uint64_t aligned;
	struct header header;
	uint8_t bytes[sizeof(struct header) + 4096];
} frame; /* sent last */

void frames_repeat(void)
{
	unsigned int size = (sizeof(frame.header) + frame.header.length + 7) & ~7U;

	if (is_fast) {
		fast_out(frame.bytes, size);
		fast_flush();
		return;
	}
	for (unsigned int i = 0; i < size; i++)
		put_byte((char)frame.bytes[i]);
}

void frames_send(unsigned int kind, unsigned int stream, const void *payload, unsigned int length)
{
	struct header *header = &frame.header;
	unsigned int size = (sizeof(*header) + length + 7) & ~7U;

	*header = (struct header){ 0x314d564e,	     (uint8_t)kind, (uint8_t)stream,
				   (uint16_t)length, next_number++, 0 };
	for (unsigned int i = 0; i < size - sizeof(*header); i++)
		frame.bytes[sizeof(*header) + i] = i < length ? ((const uint8_t *)payload)[i] : 0;
	header->sum = sum_of(header, payload);
	frames_repeat();
}

void frames_lose(void)
{
	next_number++;
}

static void receive(void *to, unsigned int size)
{
	if (is_fast) {
		fast_in(to, size);
		return;
	}
	for (unsigned int i = 0; i < size; i++)
		((uint8_t *)to)[i] = (uint8_t)get_byte();
}

unsigned int frames_receive(void *payload, unsigned int *length)
{
	union {
		uint64_t aligned;
		struct header header;
	} u;

	do {
		receive(&u, sizeof(u.header));
		if (!u.header.magic && is_fast)
			get_byte(); /* a kick */
	} while (!u.header.magic);
	if (u.header.magic != 0x314d564e || u.header.length > 64)
		fail("no frame:", u.header.magic);
	receive(payload, (u.header.length + 7) & ~7U);
	if (u.header.sum != sum_of(&u.header, payload))
		fail("sum", u.header.sum);
	*length = u.header.length;
	return u.header.kind;
}
