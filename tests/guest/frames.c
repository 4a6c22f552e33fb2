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

static uint64_t add(uint64_t sum, const void *bytes, unsigned int size)
{
	const uint8_t *at = bytes;

	for (unsigned int i = 0; i < size; i += 8) {
		uint64_t word = 0;

		for (unsigned int j = 0; j < 8 && i + j < size; j++)
			word |= (uint64_t)at[i + j] << 8 * j;
		sum = (sum ^ word) * 0x9e3779b97f4a7c15;
		sum ^= sum >> 32;
	}
	return sum;
}

static uint32_t sum_of(const struct header *header, const void *payload)
{
	return (uint32_t)add(add(frames_key, header, 12), payload, header->length);
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
