// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "vmm/guest/init/link.h"
#include "vmm/guest/init/port.h"
#include "vmm/guest/init/text.h"

#ifndef LINK_TTY
#define LINK_TTY "/dev/ttyS1"
#endif
#define PADDED(length) (((length) + FRAME_ALIGN - 1) & ~(size_t)(FRAME_ALIGN - 1))

struct frame {
	struct frame_header header;
	uint8_t payload[FRAME_MAX];
};

static struct {
	int fd;
	bool fast, unflushed;
	uint32_t key, sent, expected; /* numbers of frames */
	struct frame out;
	uint8_t in[sizeof(struct frame) + FRAME_ALIGN] __attribute__((aligned(8)));
	size_t length; /* of what is in it */
} wire = { .fd = -1 };

/* A line that waits for no modem, and bytes as they are. */
static int make_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings))
		return -1;
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	cfsetspeed(&settings, B115200);
	return tcsetattr(fd, TCSANOW, &settings);
}

/* The node may be there without a port: the kernel then lets it be opened, and nothing more. */
static int open_tty(void)
{
	int fd = open(LINK_TTY, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), lines;

	if (fd < 0)
		return -1;
	if (make_raw(fd) || (ioctl(fd, TIOCMGET, &lines) && errno == EIO)) {
		close(fd);
		return -1;
	}
	return fd;
}

int link_open(uint32_t key, uint64_t port)
{
	wire.fd = open_tty();
	wire.key = key;
	wire.fast = wire.fd >= 0 && port && port_open(port);
	return wire.fd < 0 ? -1 : 0;
}

int link_fd(void)
{
	return wire.fd;
}

bool link_is_fast(void)
{
	return wire.fast;
}

/* Never blocks in a write or read: others, too, may have the tty open. */
static void write_all(const uint8_t *bytes, size_t size)
{
	struct pollfd writable = { .fd = wire.fd, .events = POLLOUT };
	ssize_t n;

	while (size) {
		n = write(wire.fd, bytes, size);
		if (n < 0 && errno == EAGAIN)
			poll(&writable, 1, -1);
		else if (n < 0)
			return;
		else
			bytes += n, size -= n;
	}
}

void link_send(enum frame_kind kind, enum frame_stream stream, const void *payload, size_t length)
{
	struct frame *frame = &wire.out;
	size_t size = PADDED(sizeof(frame->header) + length);

	if (wire.fd < 0 && !wire.fast)
		return;
	memset((uint8_t *)frame + size - FRAME_ALIGN, 0, FRAME_ALIGN);
	frame->header = (struct frame_header){
		.magic = FRAME_MAGIC,
		.kind = kind,
		.stream = stream,
		.length = length,
		.number = wire.sent++,
	};
	if (length)
		memcpy(frame->payload, payload, length);
	frame->header.sum = frame_sum(wire.key, &frame->header, frame->payload);
	if (wire.fast)
		port_write(frame, size);
	else
		write_all((const uint8_t *)frame, size);
	wire.unflushed = true;
}

void link_say(enum frame_kind kind, const char *text)
{
	link_send(kind, 0, text, strlen(text));
}

void link_flush(void)
{
	if (wire.fast && wire.unflushed)
		port_flush();
	wire.unflushed = false;
}

static void check_number(uint32_t number)
{
	if (number != wire.expected)
		link_say(FRAME_WARNING, text_join("frames of the host's were lost: from ",
						  text_number(wire.expected), " on"));
	wire.expected = number + 1;
}

/* Returns how many of @left bytes it has done with, or 0: more must come. */
static size_t take_one(const uint8_t *at, size_t left, link_taker *take)
{
	struct frame_header header;

	if (left < sizeof(header))
		return 0;
	memcpy(&header, at, sizeof(header));
	if (header.magic != FRAME_MAGIC || header.length > FRAME_MAX)
		return 1;
	if (left < sizeof(header) + header.length)
		return 0;
	at += sizeof(header);
	if (frame_sum(wire.key, &header, at) != header.sum)
		return 1;
	check_number(header.number);
	take(&header, at);
	return sizeof(header) + header.length;
}

static void take_frames(link_taker *take)
{
	size_t at = 0, used;

	while ((used = take_one(wire.in + at, wire.length - at, take)))
		at += used;
	wire.length -= at;
	memmove(wire.in, wire.in + at, wire.length);
}

/* One that was hung up (vhangup(2)) is opened again. */
static bool read_tty(void)
{
	ssize_t n = read(wire.fd, wire.in + wire.length, sizeof(wire.in) - wire.length);

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		close(wire.fd);
		wire.fd = open_tty();
	}
	wire.length += n > 0 ? n : 0;
	return n > 0;
}

/* The next header, or what a frame lacks; false if the host has no more. */
static bool read_port(void)
{
	const struct frame_header *header = (const struct frame_header *)wire.in;
	bool within = wire.length >= sizeof(*header);
	size_t want = PADDED(sizeof(*header) + (within ? header->length : 0) - wire.length);
	uint64_t first;

	port_read(wire.in + wire.length, want);
	memcpy(&first, wire.in + wire.length, sizeof(first));
	wire.length += want;
	return within || first;
}

void link_receive(link_taker *take)
{
	while (read_tty() && wire.fast)
		wire.length = 0;
	if (!wire.fast) {
		take_frames(take);
		return;
	}
	for (wire.length = 0; read_port();)
		take_frames(take);
}

void link_close(void)
{
	link_flush();
	if (wire.fd >= 0)
		tcdrain(wire.fd);
}
