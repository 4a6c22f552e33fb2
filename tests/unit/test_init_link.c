// SPDX-License-Identifier: MIT
/* init's end of the channel by the fast port, which is an array here: tests/init has none. */
#include <pty.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/suites.h"

static char tty_name[64];
#define LINK_TTY tty_name
#include "vmm/guest/init/link.c" /* NOLINT */
#include "vmm/guest/init/text.c" /* NOLINT */

#define KEY 77

static struct queue {
	uint8_t bytes[1 << 20];
	size_t start, end;
	unsigned int flushes;
} to_guest, to_host;

bool port_open(uint64_t address)
{
	return address == 0x600;
}

void port_drop(void)
{
}

void port_write(const void *bytes, size_t size)
{
	ck_assert_uint_eq(size % FRAME_ALIGN, 0);
	memcpy(to_host.bytes + to_host.end, bytes, size);
	to_host.end += size;
}

void port_flush(void)
{
	to_host.flushes++;
}

void port_read(void *bytes, size_t size)
{
	size_t there = to_guest.end - to_guest.start;

	ck_assert_uint_eq(size % FRAME_ALIGN, 0);
	there = there < size ? there : size;
	memset(bytes, 0, size);
	memcpy(bytes, to_guest.bytes + to_guest.start, there);
	to_guest.start += there;
}

static int host; /* the tty's other end */
static uint8_t payload[FRAME_MAX];
static unsigned int queued, taken, bytes_taken;

static void open_link(void)
{
	int theirs;

	memset(&wire, 0, sizeof(wire));
	memset(&to_guest, 0, sizeof(to_guest));
	memset(&to_host, 0, sizeof(to_host));
	queued = taken = bytes_taken = 0;
	ck_assert_int_eq(openpty(&host, &theirs, tty_name, NULL, NULL), 0);
	ck_assert_int_eq(link_open(KEY, 0x600), 0);
	ck_assert(link_is_fast());
}

static void queue_bytes(struct queue *queue, const void *bytes, size_t size)
{
	if (size)
		memcpy(queue->bytes + queue->end, bytes, size);
	queue->end += size;
}

static void take(const struct frame_header *header, const uint8_t *bytes)
{
	ck_assert_uint_eq(header->kind, FRAME_DATA);
	ck_assert_uint_eq(header->number, taken++);
	ck_assert(memcmp(bytes, payload, header->length) == 0);
	bytes_taken += header->length;
}

static void queue_frame(unsigned int length)
{
	static const uint8_t zeroes[FRAME_ALIGN];
	struct frame_header header = { .magic = FRAME_MAGIC, .length = length, .number = queued++ };

	header.sum = frame_sum(KEY, &header, payload);
	queue_bytes(&to_guest, &header, sizeof(header));
	queue_bytes(&to_guest, payload, length);
	queue_bytes(&to_guest, zeroes, -length % FRAME_ALIGN);
}

static void ring(void)
{
	ck_assert_int_eq(write(host, "\n", 1), 1);
	ck_assert_int_eq(poll(&(struct pollfd){ link_fd(), POLLIN, 0 }, 1, 1000), 1);
	link_receive(take);
	ck_assert_int_eq(poll(&(struct pollfd){ link_fd(), POLLIN, 0 }, 1, 0), 0);
	ck_assert_uint_eq(to_guest.start, to_guest.end);
}

static void fill_payload(void)
{
	size_t i;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = i * 2654435761U >> 11;
}

START_TEST(frames_of_all_lengths_come)
{
	unsigned int length, nr = 0, sum = 0;

	fill_payload();
	open_link();
	for (length = 0; length <= FRAME_MAX; length += length < 40 ? 1 : 1013, nr++) {
		queue_frame(length);
		sum += length;
	}
	queue_frame(FRAME_MAX);
	ring();
	ck_assert_uint_eq(taken, nr + 1);
	ck_assert_uint_eq(bytes_taken, sum + FRAME_MAX);
}
END_TEST

START_TEST(frames_come_again)
{
	fill_payload();
	open_link();
	ring();
	queue_frame(5);
	ring();
	queue_frame(0);
	ring();
	ck_assert_uint_eq(taken, 2);
}
END_TEST

START_TEST(garbage_is_passed_over)
{
	static const uint8_t garbage[40] = "NVM1 is no frame, nor is this one";
	unsigned int size;

	fill_payload();
	open_link();
	for (size = 8; size <= sizeof(garbage); size += 8) {
		queue_bytes(&to_guest, garbage, size);
		queue_frame(size);
	}
	queue_bytes(&to_guest, garbage, 24);
	ring();
	ck_assert_uint_eq(taken, 5);
}
END_TEST

START_TEST(frames_go_whole_and_padded)
{
	unsigned int length, nr = 0;
	struct frame_header header;
	size_t at = 0;

	fill_payload();
	open_link();
	for (length = 0; length <= FRAME_MAX; length = length * 2 + 1)
		link_send(FRAME_DATA, FRAME_STDOUT, payload, length);
	ck_assert_uint_eq(to_host.flushes, 0);
	link_flush();
	link_flush();
	ck_assert_uint_eq(to_host.flushes, 1);
	for (length = 0; length <= FRAME_MAX; length = length * 2 + 1) {
		memcpy(&header, to_host.bytes + at, sizeof(header));
		ck_assert_uint_eq(header.magic, FRAME_MAGIC);
		ck_assert_uint_eq(header.number, nr++);
		ck_assert_uint_eq(header.length, length);
		at += sizeof(header);
		ck_assert_uint_eq(header.sum, frame_sum(KEY, &header, to_host.bytes + at));
		ck_assert(memcmp(to_host.bytes + at, payload, length) == 0);
		at += length;
		for (; at % FRAME_ALIGN; at++)
			ck_assert_uint_eq(to_host.bytes[at], 0);
	}
	ck_assert_uint_eq(at, to_host.end);
}
END_TEST

Suite *init_link_suite(void)
{
	Suite *suite = suite_create("init_link");
	TCase *tcase = tcase_create("fast");

	tcase_add_test(tcase, frames_of_all_lengths_come);
	tcase_add_test(tcase, frames_come_again);
	tcase_add_test(tcase, garbage_is_passed_over);
	tcase_add_test(tcase, frames_go_whole_and_padded);
	suite_add_tcase(suite, tcase);
	return suite;
}
